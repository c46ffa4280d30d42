"""People of the town in a real browser, and what holds for every page that they see."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page

from app.web.pages.visits import Role
from tests.pages.town import Town

PHONE = (390, 844)
NARROWEST_PX = 320
ZOOMED_PX = 256
"""How high a desk's 1280 by 1024 px are at 400% zoom, which makes them 320 wide."""

TARGET_PX = 44

MOST_STEPS = 60
"""Keys before a person gives up."""

AXE = Axe()

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu")


def find_chromium() -> str | None:
    """The machine's own; Playwright's would be another download."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def launch(kind: BrowserType, *more: str) -> Browser:
    sandbox = () if os.geteuid() else ("--no-sandbox",)  # Chromium refuses root otherwise
    return kind.launch(executable_path=find_chromium(), args=[*QUIET, *sandbox, *more])


@dataclass(frozen=True)
class Server:
    """Where the town answers."""

    town: Town
    base_url: str

    def open_browser(
        self,
        chromium: Browser,
        role: Role | None = None,
        *,
        person: str | None = None,
        size: tuple[int, int] = PHONE,
        scripts: bool = True,
    ) -> BrowserContext:
        """A browser of its own; this person, or somebody of the role, is signed in by the demonstration's one click."""
        context = chromium.new_context(
            base_url=self.base_url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        person = person or (self.town.list_people(role)[0] if role else None)
        if person:
            page = context.new_page()
            page.goto("/sign-in")
            page.locator(f'form:has(input[value="{person}"]) button').click()
            page.wait_for_url(lambda url: "/sign-in" not in url and "/demo" not in url)
            page.close()
        return context


def press_until(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """As somebody does who has no mouse. Raises AssertionError where it is not reached."""
    for _ in range(MOST_STEPS):
        if wanted.evaluate("(it) => it === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{MOST_STEPS} times {key} do not reach it")


def find_violations(page: Page) -> list[str]:
    """What axe finds wrong, as `rule: where`."""
    found = AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def list_small_targets(page: Page) -> list[str]:
    """Controls that stand by themselves and are lower than a thumb hits; a tick box is as high as its label."""
    found: list[str] = page.evaluate(
        """(most) => [...document.querySelectorAll(
            'button, select, textarea, summary, nav a, footer a, a.govuk-button, a.govuk-back-link,'
            + 'input:not([type=hidden], [type=checkbox], [type=radio])'
        )]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < most)
        .map((one) => `${one.outerHTML.slice(0, 200)}: ${one.getBoundingClientRect().height} px`)""",
        TARGET_PX,
    )
    return found


def overhang(page: Page, *, width: int = NARROWEST_PX) -> int:
    """By how many pixels the page is wider than the window, which it should not be; at 400% zoom too."""
    page.set_viewport_size({"width": width, "height": ZOOMED_PX})
    wider: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
