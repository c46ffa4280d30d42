"""Officers in a real browser: a rule from template to first points, with the keyboard alone, and two at once."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, Locator, Page, expect

from app.web.pages.visits import Role
from tests.browser.visiting import Server, find_violations, overhang, press_until
from tests.earning.world import ride

DESK = (1280, 1024)
ADA, APPROVER = 0, 1
MOST_LOOKS = 60
DRAFT = "/officer/rules/rul_distance/draft"


def come_in(chromium: Browser, hall: Server, number: int) -> Page:
    return hall.open_browser(chromium, person=hall.town.officers[number], size=DESK).new_page()


def begin(page: Page, *, first_on: str = "2026-11-23") -> None:
    """A draft of points for distance, which counts from tomorrow."""
    page.goto("/officer/rules")
    page.get_by_role("button", name="Write a rule").click()
    page.get_by_role("link", name="Points for distance, with a daily cap").click()
    page.get_by_role("button", name="Make the draft").click()
    change(page, "What is it called, and when does it count?")
    page.get_by_label("First day it counts").fill(first_on)
    save(page)


def find_question(page: Page, question: str) -> Locator:
    """The link to its page; what the check finds may lead there, too."""
    return page.locator(".govuk-summary-list").get_by_role("link", name=question)


def change(page: Page, question: str) -> None:
    find_question(page, question).click()
    expect(page.locator("h1")).to_have_text(question)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{DRAFT}")


def ask_for(page: Page, row: int, op: str, metres: str) -> None:
    page.locator(f"#when-{row}-fact").select_option("distance_m")
    page.locator(f"#when-{row}-op").select_option(op)
    page.locator(f"#when-{row}-value").fill(metres)


def try_on_history(page: Page) -> None:
    """Ask for a back-test of today, and look at its report once the server has worked it."""
    page.get_by_label("From", exact=True).fill("2026-11-22")
    page.get_by_role("button", name="Try it on stored events").click()
    page.get_by_role("link", name="Back-test of").click()
    report = page.locator(".slr-lead")
    for _ in range(MOST_LOOKS):
        if report.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError("the back-test does not end")


def test_a_rule_is_written_mended_tried_approved_by_another_and_gives_points_from_midnight(
    chromium: Browser, hall: Server
) -> None:
    city = hall.town.city
    [first] = city.world.send([ride(1, city.clock.now(), 4_000)], at=city.clock.now())
    page = come_in(chromium, hall, ADA)
    begin(page)
    change(page, "Which of these events count?")
    ask_for(page, 0, "below", "100")
    ask_for(page, 1, "at_least", "200")
    save(page)
    expect(page.locator("main")).to_contain_text("Fault")
    assert find_violations(page) == []
    change(page, "Which of these events count?")
    assert find_violations(page) == []
    for row in (0, 1):
        page.locator(f"#when-{row}-fact").select_option("")
    save(page)
    expect(page.locator("main")).not_to_contain_text("Fault")
    try_on_history(page)
    expect(page.get_by_role("figure").or_(page.locator("svg[role=img]"))).to_be_visible()
    expect(page.get_by_role("table", name="By rule")).to_contain_text("Points for riding a bike")
    assert find_violations(page) == []
    page.get_by_role("link", name="The draft").click()
    for step in ("Check the draft", "Ask for approval", "Approve"):
        page.get_by_role("button", name=step).click()
    expect(page.get_by_role("alert")).to_contain_text("Ask another approver")
    assert find_violations(page) == []

    other = come_in(chromium, hall, APPROVER)
    other.goto("/officer/rules")
    other.get_by_role("link", name="Points for riding a bike").click()
    other.get_by_role("button", name="Approve").click()
    other.get_by_label("First day in force").fill("2026-11-23")
    assert find_violations(other) == []
    other.get_by_role("button", name="Schedule").click()
    expect(other.locator("#rul_distance")).to_contain_text("Off")
    assert find_violations(other) == []

    city.clock.at += timedelta(hours=13)
    [told] = city.world.send([ride(2, city.clock.now(), 4_000)], at=city.clock.now())
    assert (first.points, told.points) == (8, 16)
    resident = hall.open_browser(chromium, Role.RESIDENT).new_page()
    resident.goto("/you/activity")
    expect(resident.locator("main")).to_contain_text("16 points")
    resident.get_by_role("link", name="Why these points for Bike ride on 23 November").click()
    expect(resident.locator("main")).to_contain_text("Points for riding a bike")
    for one in (page, other, resident):
        one.context.close()


def test_a_part_of_a_rule_is_changed_with_the_keyboard_alone(chromium: Browser, hall: Server) -> None:
    page = come_in(chromium, hall, ADA)
    begin(page)
    press_until(page, find_question(page, "Which of these events count?"))
    page.keyboard.press("Enter")
    press_until(page, page.locator("#when-0-fact"))
    page.keyboard.type("Distance")
    page.keyboard.press("Tab")
    page.keyboard.type("is at least")
    page.keyboard.press("Tab")
    page.keyboard.type("a mile")
    page.keyboard.press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    press_until(page, page.locator("#when-0-value"))
    page.keyboard.press("Control+A")
    page.keyboard.type("1600")
    press_until(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{DRAFT}")
    expect(page.locator(".slr-lead")).to_contain_text("1,600")
    page.context.close()


def test_of_two_officers_who_save_the_same_draft_neither_loses_a_word(chromium: Browser, hall: Server) -> None:
    one, other = come_in(chromium, hall, ADA), come_in(chromium, hall, APPROVER)
    begin(one)
    other.goto(f"{DRAFT}/change/about")
    other.get_by_label("Title").fill("On a bike to work")
    change(one, "How much can it give?")
    one.locator("#limits-0-points").fill("15")
    save(one)
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".govuk-error-summary")).to_contain_text("was not saved")
    expect(other.get_by_label("Title")).to_have_value("On a bike to work")
    assert find_violations(other) == []
    save(other)
    expect(other.locator("h1")).to_contain_text("On a bike to work")
    expect(other.locator(".slr-lead")).to_contain_text("15 points")
    assert overhang(other) <= 0
    for page in (one, other):
        page.context.close()


def test_without_scripts_a_part_is_changed_and_a_fault_is_told_at_its_question(chromium: Browser, hall: Server) -> None:
    page = hall.open_browser(chromium, Role.OFFICER, scripts=False).new_page()
    begin(page)
    change(page, "Which of these events count?")
    ask_for(page, 0, "at_least", "far")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#when-0")).to_contain_text("Enter a value that fits")
    page.locator("#when-0-value").fill("1600")
    save(page)
    expect(page.locator(".slr-lead")).to_contain_text("1,600")
    page.context.close()
