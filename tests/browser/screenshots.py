"""Pictures of the three sides for the README, and the app's icons: `python -m tests.browser.screenshots`.

Starts the demonstration in a folder of its own, clicks as the README says, and writes into docs/images/ and
app/web/static/. Nothing else is changed; what it started it stops.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.visiting import PHONE, launch

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
STATIC = ROOT / "app" / "web" / "static"
DESK = (1280, 900)
COLOURS = 128
"""Of a palette: pages have few, and a picture that everybody downloads should be small."""

ICONS_PX = (180, 192, 512)
"""For the home screens of iOS and Android, which don't take an SVG."""

FILLS_THE_PAGE = "<style>* { margin: 0 } svg { display: block; width: 100% }</style>"


@contextmanager
def demonstration() -> Iterator[str]:
    """Its address, once it is ready; it takes half a minute to fill its city."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        ours = {"DATA_DIR": str(Path(folder, "data")), "PORT": port}
        command = [str(Path(sys.executable).with_name("rewards")), "serve", "--demo"]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ | ours, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert "Ready" in process.stdout.readline()
                yield f"http://127.0.0.1:{port}"
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(60)


def keep(page: Page, name: str) -> None:
    picture = Image.open(BytesIO(page.screenshot()))
    path = IMAGES / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB\n")


def enter(page: Page, side: str) -> None:
    """By the one click of the README."""
    page.goto("/")
    page.locator(f'.slr-card:has(h3:text-is("{side}")) button').click()
    page.wait_for_load_state()


def show_resident(page: Page) -> None:
    enter(page, "Resident")
    page.goto("/you")
    keep(page, "resident")
    page.goto("/rewards")
    keep(page, "rewards")


def show_partner(page: Page) -> None:
    enter(page, "Partner")
    page.goto("/till")
    keep(page, "partner")


def show_officer(page: Page) -> None:
    enter(page, "Council officer")
    page.goto("/officer")
    keep(page, "officer")


def draw_icons(browser: Browser) -> None:
    # The phone rounds the corners itself.
    square = (STATIC / "icon.svg").read_text(encoding="utf-8").replace(' rx="8"', "")
    for side in ICONS_PX:
        page = browser.new_page(viewport={"width": side, "height": side})
        page.set_content(FILLS_THE_PAGE + square)
        Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS).save(
            STATIC / f"icon-{side}.png", optimize=True
        )
        page.close()


def main() -> None:
    sides: tuple[tuple[Callable[[Page], None], tuple[int, int]], ...] = (
        (show_resident, PHONE),
        (show_partner, PHONE),
        (show_officer, DESK),
    )
    with sync_playwright() as playwright, demonstration() as address:
        browser = launch(playwright.chromium)
        draw_icons(browser)
        for show, (width, height) in sides:
            page = browser.new_page(base_url=address, viewport={"width": width, "height": height})
            show(page)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
