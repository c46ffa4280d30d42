"""Where nothing is stored yet, an officer makes a forecast by a form, and reads what it comes to, or what is wrong."""

from __future__ import annotations

from datetime import timedelta

from tests.earning.world import ride
from tests.pages.browser import Browser, Page
from tests.pages.business import open_as
from tests.pages.test_every_page import check, visit
from tests.pages.test_writing_rules import DRAFT, begin
from tests.pages.town import Town

FORECAST = DRAFT.replace("/draft", "/forecast")
RIDES = "/officer/rules/rul_distance"
LEVELS = ("low", "central", "high")
ASSUMED = {
    **{f"people-{level}": number for level, number in zip(LEVELS, ("1,000", "2000", "4000"), strict=True)},
    **{f"share_percent-{level}": number for level, number in zip(LEVELS, ("5", "10", "20"), strict=True)},
    **{f"times-{level}": number for level, number in zip(LEVELS, ("1", "2", "3"), strict=True)},
    "per": "week",
    "basis": "The travel survey of 2025",
}


def _make(browser: Browser, address: str = FORECAST, **changed: str) -> Page:
    return browser.send(visit(browser, address).form(address), **ASSUMED | changed)


def _begin_distance(browser: Browser) -> None:
    address = "/officer/rules/write/distance"
    check(browser.send(visit(browser, address).form(address)))


def test_what_is_assumed_comes_to_points_with_a_low_and_a_high_estimate(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    begin(browser)
    assert FORECAST in visit(browser, DRAFT).links()
    assert "No event of this kind is stored" in visit(browser, FORECAST).text
    page = _make(browser)
    check(page)
    # 200 people earn it, twice in each, 10 points.
    assert "208,000 points over the time it counts, with £2,080.00 behind them" in page.text
    assert "26,000 points at the least and 1,248,000 points at the most" in page.text
    assert "Of 2,000 people, 10% take part: 200." in page.text
    assert page.form(FORECAST).fields["people-low"] == "1000"
    draft = visit(browser, DRAFT)
    assert "A forecast of 22 November 2026" in draft.text
    assert "208,000 points over the time it counts, between 26,000 points and 1,248,000 points" in draft.text
    assert "make a forecast for it" not in draft.text
    assert "Check the draft" in draft.text


def test_why_nothing_can_be_worked_out_is_told_at_its_field_and_nothing_typed_is_lost(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    begin(browser)
    page = _make(browser, **{"people-central": "many", "basis": ""})
    check(page, 422)
    assert {"#people-central", "#basis"} <= set(page.links())
    assert page.form(FORECAST).fields["people-central"] == "many"
    page = _make(browser, **{"share_percent-high": "200", "times-low": "4"})
    check(page, 422)
    assert {"#share_percent-high", "#times-central"} <= set(page.links())
    assert "This must be a whole number from 0 to 100." in page.text
    page = _make(browser, basis="From 4111 1111 1111 1111")
    check(page, 422)
    assert "#basis" in page.links()
    assert "Nobody has worked out yet" in visit(browser, DRAFT).text


def test_a_rate_asks_how_much_there_is_each_time(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    _begin_distance(browser)
    address = f"{RIDES}/forecast"
    assert "The rule pays for the distance of each event." in visit(browser, address).text
    metres = dict(zip((f"amount-{level}" for level in LEVELS), ("1000", "2000", "4000"), strict=True))
    check(_make(browser, address), 422)
    page = _make(browser, address, **metres)
    check(page)
    assert "2,000 metres of distance each time" in page.text


def test_once_four_weeks_are_stored_the_draft_asks_for_a_back_test(shared_town: Town) -> None:
    browser, now = open_as(shared_town, "editor"), shared_town.city.clock.now()
    _begin_distance(browser)
    assert f"{RIDES}/forecast" in visit(browser, f"{RIDES}/draft").links()
    for number, at in enumerate((now - timedelta(days=27), now)):
        shared_town.city.world.send([ride(number, at, 4_000)], at=at)
    page = visit(browser, f"{RIDES}/draft")
    assert "of 28 days are stored, which is enough to try it on." in page.text
    assert f"{RIDES}/forecast" not in page.links()
    assert "a forecast no longer stands in" in visit(browser, f"{RIDES}/forecast").text


def test_what_an_officer_may_not_do_with_a_draft_is_not_offered(shared_town: Town) -> None:
    begin(open_as(shared_town, "editor"))
    page = visit(open_as(shared_town, "finance"), DRAFT)
    assert not [link for link in page.links() if "/change/" in link or "/examples/" in link or "/forecast" in link]
    assert not [form for form in page.forms if form.action.startswith(DRAFT)]
