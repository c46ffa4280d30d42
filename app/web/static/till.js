// The till works without this by typing a code; with it, the camera reads the code, the answer comes without a new
// page, and what is taken while there is no network is kept and sent later, once, under a key of its own.
const facts = document.getElementById("till").dataset;
const form = document.querySelector('form[action="/till"]');
const code = document.getElementById("code");
const verdict = document.getElementById("verdict");
const KEPT = "slr-till-queue";
const EVERY_MS = 10_000;
const TWICE_MS = 1_000;

function readQueue() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) || [];
  } catch {
    return [];
  }
}

function writeQueue(queue) {
  localStorage.setItem(KEPT, JSON.stringify(queue));
  document.getElementById("waiting").hidden = queue.length === 0;
  const lines = queue.map((one) => {
    const line = document.createElement("li");
    line.textContent = `${one.code.slice(0, 11)} · ${new Date(one.at).toLocaleTimeString(document.documentElement.lang)}`;
    return line;
  });
  document.getElementById("queue").replaceChildren(...lines);
}

function show(kind, told = {}) {
  const answer = document.getElementById(`verdict-${kind}`).content.cloneNode(true);
  for (const [name, value] of Object.entries(told)) answer.querySelector(`[data-fact="${name}"]`).textContent = value;
  verdict.replaceChildren(answer);
  verdict.focus();
  sound(kind);
}

// Two high notes for yes, one low one for no: told apart with closed eyes.
function sound(kind) {
  const notes = { yes: [880, 1320], no: [196], later: [440], undone: [440] }[kind];
  try {
    const audio = new AudioContext();
    notes.forEach((hertz, place) => {
      const tone = new OscillatorNode(audio, { frequency: hertz });
      const volume = new GainNode(audio, { gain: 0.2 });
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + place * 0.15);
      tone.stop(audio.currentTime + place * 0.15 + (kind === "no" ? 0.5 : 0.12));
    });
  } catch {
    // A till without sound still has the word, the sign and the colour.
  }
}

async function send(one) {
  const answer = await fetch("/v1/vouchers/redeem", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": facts.csrf, "Idempotency-Key": one.key },
    body: JSON.stringify({ code: one.code }),
  });
  if (answer.status === 401) location.assign("/sign-in");
  if (answer.status >= 500) throw new Error("not now");
  return { ok: answer.ok, said: await answer.json() };
}

function tell({ ok, said }) {
  if (!ok) return show("no", { reason: said.detail });
  const at = new Date(said.redeemed_at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  return show("yes", { reward: said.reward.title, at });
}

async function redeem(written) {
  const one = { code: written.trim().slice(0, 64), key: crypto.randomUUID(), at: Date.now() };
  code.value = "";
  try {
    tell(await send(one));
    refresh();
  } catch {
    writeQueue([...readQueue(), one]);
    show("later");
  }
}

// Today's list, with what can still be undone.
async function refresh() {
  const answer = await fetch("/till", { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("today").replaceChildren(...page.getElementById("today").childNodes);
}

let sending = false;
async function sendQueue() {
  if (sending) return;
  sending = true;
  try {
    for (let queue = readQueue(); queue.length; queue = readQueue()) {
      const answer = await send(queue[0]);
      writeQueue(readQueue().filter((one) => one.key !== queue[0].key));
      tell(answer);
      refresh();
    }
  } catch {
    // Still no network: they stay where they are.
  } finally {
    sending = false;
  }
}

// The second click of a double click finds the field empty; the next voucher may come as fast as it likes.
let takenAt = -TWICE_MS;
form.addEventListener("submit", (event) => {
  const isEmpty = !code.value.trim();
  if (isEmpty && performance.now() - takenAt > TWICE_MS) return; // the server says what is missing
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isEmpty) return;
  takenAt = performance.now();
  redeem(code.value);
}, { capture: true });

let stream = null;
const picture = document.getElementById("picture");
const camera = document.getElementById("camera");
const cameraTold = document.getElementById("camera-told");

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  camera.hidden = true;
}

async function scan() {
  camera.hidden = false;
  cameraTold.textContent = facts.looking;
  try {
    ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => facts.wasm } });
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    cameraTold.textContent = facts.noCamera;
    return;
  }
  picture.srcObject = stream;
  await picture.play();
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  while (stream) {
    const seenAt = performance.now();
    canvas.width = picture.videoWidth;
    canvas.height = picture.videoHeight;
    brush.drawImage(picture, 0, 0);
    const seen = brush.getImageData(0, 0, canvas.width, canvas.height);
    const [found] = await ZXingWASM.readBarcodes(seen, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    if (stream && found?.text) {
      stop();
      await redeem(found.text);
      performance.measure("scan-to-answer", { start: seenAt }); // what a queue of customers waits for
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const button = document.getElementById("scan");
button.hidden = !navigator.mediaDevices?.getUserMedia;
button.addEventListener("click", scan);
document.getElementById("stop").addEventListener("click", stop);
window.addEventListener("pagehide", stop);
window.addEventListener("online", sendQueue);
setInterval(sendQueue, EVERY_MS);
writeQueue(readQueue());
sendQueue();
