"""The forms of rules in a real browser: what a choice asks opens with it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.test_officer import ADA, change, come_in
from tests.browser.visiting import Server, find_violations


def begin_early(page: Page) -> None:
    """A draft of points for a trip before a time of day."""
    page.goto("/officer/rules/write/early_trip")
    page.get_by_label("Bus", exact=True).check()
    page.get_by_role("button", name="Make the draft").click()


def test_what_a_choice_asks_opens_with_it(chromium: Browser, hall: Server) -> None:
    page = come_in(chromium, hall, ADA)
    begin_early(page)
    change(page, "Does it take more than one event?")
    reach = page.locator("#progress-distinct_days-reach")
    expect(reach).to_be_hidden()
    page.get_by_label("On so many days").check()
    reach.fill("5")
    assert find_violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".slr-lead")).to_contain_text("5 different days in a week")
    page.context.close()
