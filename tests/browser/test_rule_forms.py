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


def test_the_sentence_follows_what_is_typed_without_a_new_page(chromium: Browser, hall: Server) -> None:
    page = come_in(chromium, hall, ADA)
    page.goto("/officer/rules/write/early_trip")
    ahead = page.locator("#ahead")
    expect(ahead).to_contain_text("they get 10 points")
    page.get_by_label("Points", exact=True).fill("15")
    expect(ahead).to_contain_text("they get 15 points")
    page.get_by_role("button", name="Make the draft").click()
    change(page, "What does it give?")
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.method) if request.resource_type in ("document", "fetch") else None,
    )
    points = page.locator("#effect-points-points")
    points.press("Control+A")
    points.press_sequentially("275", delay=20)
    expect(ahead).to_contain_text("they get 275 points")
    assert asked == ["POST"], "one question for three keys, and no new page"
    assert find_violations(page) == []
    points.fill("many")
    expect(ahead).to_contain_text("This is no whole rule yet")
    expect(points).to_be_focused()
    points.fill("30")
    expect(ahead).to_contain_text("they get 30 points")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".slr-lead")).to_contain_text("they get 30 points")
    page.context.close()
