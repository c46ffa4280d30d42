"""A partner's till in a real browser: a camera that sees a real voucher, typed codes, no network, taking it back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, launch, overhang, press_until

LONGEST_WAIT_MS = 1_000
"""From the picture that has the code in it to the answer on the screen."""


def take_voucher(chromium: Browser, server: Server) -> tuple[str, bytes]:
    """A drink's code, and its QR as a picture of a camera."""
    context = server.open_browser(chromium, Role.RESIDENT, size=(640, 480))
    page = context.new_page()
    page.goto(f"/rewards/{server.town.city.rewards['drink']}")
    page.get_by_role("button", name="Spend 100 points").click()
    page.wait_for_url("**/vouchers/red_*")
    code = page.locator(".slr-voucher__code").inner_text()
    drawn = page.locator(".slr-voucher__qr").inner_html()
    phone = context.new_page()
    phone.set_content(f'<div style="width: 400px; margin: 20px auto">{drawn}</div>')
    picture = phone.screenshot(type="jpeg", quality=90)
    context.close()
    return code, picture


def open_till(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/till")
    return page


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Voucher code").fill(code)
    page.get_by_role("button", name="Redeem").click()


def test_the_camera_reads_a_real_voucher_within_a_second_and_a_second_time_is_refused(
    chromium: Browser, server: Server, tmp_path: Path
) -> None:
    _, picture = take_voucher(chromium, server)
    film = tmp_path / "voucher.mjpeg"
    film.write_bytes(picture * 4)
    seen = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    browser = launch(chromium.browser_type, *seen, f"--use-file-for-fake-video-capture={film}")
    page = open_till(server.open_browser(browser, Role.PARTNER))
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator(".slr-verdict--yes")).to_contain_text("Give: Drink", timeout=20_000)
    expect(page.locator("#today")).to_contain_text("1 voucher")
    [took_ms] = page.evaluate("() => performance.getEntriesByName('scan-to-answer').map((one) => one.duration)")
    assert took_ms < LONGEST_WAIT_MS
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.locator(".slr-verdict--no")).to_contain_text("This voucher was used", timeout=20_000)
    browser.close()


def test_what_is_taken_without_a_network_is_not_yet_confirmed_and_sent_once(chromium: Browser, server: Server) -> None:
    code, _ = take_voucher(chromium, server)
    context = server.open_browser(chromium, Role.PARTNER)
    page = open_till(context)
    context.set_offline(True)
    type_code(page, code)
    expect(page.locator(".slr-verdict--later")).to_contain_text("Not yet confirmed")
    expect(page.locator("#waiting")).to_contain_text(code)
    assert find_violations(page) == []
    context.set_offline(False)
    expect(page.locator(".slr-verdict--yes")).to_be_visible(timeout=15_000)
    expect(page.locator("#waiting")).to_be_hidden()
    type_code(page, code)
    expect(page.locator(".slr-verdict--no")).to_be_visible()
    assert overhang(page) <= 0
    context.close()


def test_a_voucher_is_redeemed_and_undone_with_the_keyboard_alone(chromium: Browser, server: Server) -> None:
    code, _ = take_voucher(chromium, server)
    context = server.open_browser(chromium, Role.PARTNER, size=(1280, 800))
    page = open_till(context)
    press_until(page, page.get_by_label("Voucher code"))
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_focused()
    press_until(page, page.get_by_role("button", name="Undo Drink").first)
    page.keyboard.press("Enter")
    expect(page.locator(".slr-verdict--undone")).to_contain_text("The voucher is good again.")
    assert find_violations(page) == []
    context.close()


def test_without_scripts_a_typed_code_is_redeemed_and_undone(chromium: Browser, server: Server) -> None:
    code, _ = take_voucher(chromium, server)
    context = server.open_browser(chromium, Role.PARTNER, scripts=False)
    page = open_till(context)
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_hidden()
    type_code(page, code)
    expect(page.locator(".slr-verdict--yes")).to_contain_text("Give: Drink")
    page.get_by_role("button", name="Undo Drink").first.click()
    expect(page.locator(".slr-verdict--undone")).to_be_visible()
    context.close()
