"""A resident's journeys in a real browser: points that land on an open page, vouchers without a network, no scripts."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, overhang, press_until
from tests.earning.world import ride

CODE = re.compile(r"[0-9A-Z]{5}-[0-9A-Z]{5}")


def take_drink(page: Page, server: Server) -> str:
    """The address of a voucher for a hot drink."""
    page.goto(f"/rewards/{server.town.city.rewards['drink']}")
    page.get_by_role("button", name="Spend 100 points").click()
    page.wait_for_url("**/vouchers/red_*")
    return page.url


def test_points_that_land_move_the_balance_of_an_open_page(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.RESIDENT)
    page = context.new_page()
    with page.expect_response("**/v1/me/stream"):
        page.goto("/you")
    before = int(page.locator(".slr-balance__figure").inner_text().split()[0])
    at = server.town.city.clock.now()
    server.town.city.world.send([ride(77, at, 4_000)], at=at)
    expect(page.locator(".slr-balance__figure")).to_contain_text(str(before + 8), timeout=15_000)
    expect(page.locator("#told")).to_have_text("Your points have changed.")
    assert find_violations(page) == []
    context.close()


def test_a_voucher_opens_without_a_network_and_is_forgotten_at_signing_out(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.RESIDENT)
    page = context.new_page()
    page.goto("/you")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    voucher = take_drink(page, server)
    code = page.locator(".slr-voucher__code").inner_text()
    assert CODE.fullmatch(code)
    page.reload()
    context.set_offline(True)
    page.goto(voucher)
    assert page.locator(".slr-voucher__code").inner_text() == code
    assert page.locator(".slr-voucher__qr svg").bounding_box()["width"] >= 250  # type: ignore[index] # it is shown
    page.goto("/rewards")
    assert page.locator("h1").inner_text() == "You are offline"
    context.set_offline(False)
    page.goto("/you")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    context.set_offline(True)
    page.goto(voucher)
    assert page.locator("h1").inner_text() == "You are offline"
    context.close()


def test_without_scripts_a_voucher_is_taken_shown_and_cancelled(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.RESIDENT, scripts=False)
    page = context.new_page()
    take_drink(page, server)
    assert CODE.fullmatch(page.locator(".slr-voucher__code").inner_text())
    page.get_by_role("button", name="Cancel and get my points back").click()
    expect(page.locator("main")).to_contain_text("got 100 points back")
    context.close()


def test_a_reward_is_found_taken_and_given_back_with_the_keyboard_alone(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.RESIDENT)
    page = context.new_page()
    page.goto("/rewards")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, page.get_by_role("main").get_by_role("link", name="Drink", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/rewards/rew_*")
    press_until(page, page.get_by_role("button", name="Spend 100 points"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/vouchers/red_*")
    press_until(page, page.get_by_role("button", name="Cancel"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("cancelled")
    context.close()


def test_a_voucher_and_an_error_are_accessible_and_fit_a_narrow_screen(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium, Role.RESIDENT)
    page = context.new_page()
    take_drink(page, server)
    assert find_violations(page) == []
    assert overhang(page) <= 0
    page.goto("/you/details")
    page.get_by_label("Your name").fill(" ")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert find_violations(page) == []
    context.close()


def test_choosing_a_kind_changes_the_list_without_a_new_page(chromium: Browser, server: Server) -> None:
    context = server.open_browser(chromium)
    page = context.new_page()
    page.goto("/rewards")
    expect(page.locator("#list")).to_contain_text("Seeds for the beck")
    page.evaluate("() => { window.same = true }")
    page.get_by_label("What").select_option("food")
    expect(page.locator("#list")).not_to_contain_text("Seeds for the beck")
    expect(page.locator("#list")).to_contain_text("Any size.")
    assert "kind=food" in page.url
    assert page.evaluate("() => window.same")
    context.close()
