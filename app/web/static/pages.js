// Pages work without this; with it, errors take the focus and a button pressed twice sends its form once.
import { Button, ErrorSummary, NotificationBanner, SkipLink, createAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(Button, { preventDoubleClick: true });
createAll(ErrorSummary);
createAll(NotificationBanner);
createAll(SkipLink);

// What a choice asks besides opens with it. The components' own script marks radios as expanded, which ARIA does not know.
for (const set of document.querySelectorAll('[data-module="govuk-radios"]')) {
  const open = () => {
    for (const radio of set.querySelectorAll("[data-aria-controls]")) {
      const asked = document.getElementById(radio.dataset.ariaControls);
      asked?.classList.toggle("govuk-radios__conditional--hidden", !radio.checked);
    }
  };
  set.addEventListener("change", open);
  open();
}

// An open page follows what it shows: when that has changed, it is fetched and put in place.
const live = document.querySelector("[data-stream]");
if (live && "EventSource" in window) {
  const stream = new EventSource(live.dataset.stream);
  let known = live.dataset.known ?? null;
  stream.addEventListener(live.dataset.event || "balance", async (event) => {
    const before = known;
    known = event.data;
    if (before === null || before === event.data) return;
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(live.id);
    if (!fresh) return;
    live.replaceChildren(...fresh.childNodes);
    document.getElementById("told").textContent = fresh.dataset.told;
    // What has come to its end is followed no longer.
    if (!fresh.dataset.stream) stream.close();
  });
  window.addEventListener("pagehide", () => stream.close());
}

// What somebody reads does not move under their eyes: they hear that there is more, and ask for it.
const news = document.querySelector("[data-news]");
if (news && "EventSource" in window) {
  const stream = new EventSource(news.dataset.news);
  stream.addEventListener("changed", (event) => {
    if (event.data === news.dataset.known) return;
    document.getElementById("told").textContent = news.dataset.told;
    news.hidden = false;
  });
  window.addEventListener("pagehide", () => stream.close());
}

// Vouchers open without a network once they have been opened with one.
if ("serviceWorker" in navigator && document.body.dataset.worker) {
  navigator.serviceWorker.register(document.body.dataset.worker).catch(() => {});
}
