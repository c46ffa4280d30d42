"""Two versions of a rule beside each other: what differs, who approved each, and what each was to cost."""

from __future__ import annotations

from tests.pages.browser import Browser, Page
from tests.pages.business import open_as
from tests.pages.test_every_page import check, visit
from tests.pages.test_writing_rules import DRAFT, begin
from tests.pages.town import Town

BOOK = "/officer/rules/rul_ten_trips"
NEXT = f"{BOOK}/draft"
COMPARE = f"{BOOK}/compare"
ASSUMED = {
    **{part: {"low": 1, "central": 2, "high": 3} for part in ("people", "times")},
    "share_percent": {"low": 50, "central": 100, "high": 100},
    "per": "week",
    "basis": "A guess",
}


def _begin_next(browser: Browser) -> None:
    check(browser.send(visit(browser, "/officer/rules/write").form("/officer/rules/write"), next_of="rul_ten_trips"))


def _save(browser: Browser, part: str, **filled: str) -> None:
    address = f"{NEXT}/change/{part}"
    check(browser.send(visit(browser, address).form(address), **filled))


def _step(browser: Browser, step: str, **filled: str) -> None:
    check(browser.send(visit(browser, NEXT).form(f"{NEXT}/{step}"), **filled))


def _rows(page: Page) -> dict[str, str]:
    """What each row of the table says of its change; two questions have a row of conditions, the second wins."""
    cells = [tag for tag in page.tags if tag.name in ("th", "td")]
    rows: dict[str, str] = {}
    for at, tag in enumerate(cells):
        if tag.name == "th" and tag.attributes.get("scope") == "row":
            rows[tag.text] = " ".join(cells[at + 3].text.split())
    return rows


def test_a_draft_is_read_beside_what_is_in_force_part_by_part(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    _begin_next(browser)
    assert "Both say the same." in visit(browser, COMPARE).text
    _save(browser, "award", **{"effect-points-points": "75"})
    _save(browser, "who", **{"who-0-fact": "pass_type", "who-0-op": "is", "who-0-value": "adult"})
    _save(browser, "progress", progress="none")
    assert COMPARE in visit(browser, NEXT).links()
    page = visit(browser, COMPARE)
    assert "3 of 14 parts differ. Show only what differs" in page.text
    changes = _rows(page)
    assert changes["Points"] == "Changed"
    assert changes["Conditions"] == "Added"
    assert changes["Goal"] == "Removed"
    assert {changes[label] for label in ("Title", "Dates", "Limits", "Worked examples")} == {"The same"}
    for words in ("Version 1 In force", "Draft of version 2 Being written", "They get 50 points", " is adult"):
        assert words in page.text
    assert "{" not in page.text
    alone = visit(browser, f"{COMPARE}?left=1&right=draft&only=differences")
    assert set(_rows(alone)) == {"Points", "Conditions", "Goal"}


def test_an_example_whose_events_alone_differ_is_told(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    _begin_next(browser)
    address = f"{NEXT}/examples/1"
    check(browser.send(visit(browser, address).form(address), **{"event-0-at": "06:00"}))
    page = visit(browser, COMPARE)
    assert _rows(page)["Worked examples"] == "Changed The events of an example differ"


def test_each_version_says_who_approved_it_and_what_it_was_to_cost(shared_town: Town) -> None:
    editor, approver = open_as(shared_town, "editor"), open_as(shared_town, "approver")
    _begin_next(editor)
    _save(editor, "about", title="Ten trips, said otherwise")
    city = shared_town.city
    made = city.http.post("/v1/rules/rul_ten_trips/forecast", json=ASSUMED, headers=city.by("editor"))
    assert made.status_code == 201, made.text
    for step in ("check", "submit"):
        _step(editor, step)
    assert COMPARE in visit(approver, "/officer/approvals").links()
    _step(approver, "approve")
    _step(approver, "schedule", on="2027-01-04")
    page = visit(editor, COMPARE)
    assert _rows(page)["Title"] == "Changed"
    for words in ("Version 2 Scheduled", "In force from 4 January 2027", "approver, 22 November 2026", "A forecast of"):
        assert words in page.text
    assert "no approval is kept here" in page.text
    assert "Version 2" in visit(editor, f"{COMPARE}?left=2&right=1").find_all("h2")[0].text
    assert "You compare a version with itself." in visit(editor, f"{COMPARE}?left=2&right=2").text


def test_with_one_version_only_the_page_says_so(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    assert "There is only one version" in visit(browser, COMPARE).text
    assert COMPARE in visit(browser, "/officer/rules").links()
    begin(browser)
    page = visit(browser, DRAFT.replace("/draft", "/compare"))
    assert "There is only one version" in page.text
    assert DRAFT in page.links()


def test_a_version_that_there_is_not_and_a_rule_that_there_is_not_are_told(shared_town: Town) -> None:
    browser = open_as(shared_town, "editor")
    check(browser.open(f"{COMPARE}?left=7"), 400)
    check(browser.open("/officer/rules/rul_nothing/compare"), 404)
