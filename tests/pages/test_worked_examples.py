"""An officer adds, changes and removes worked examples by forms, and reads at once what the draft makes of them."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.pages.visits import Role
from tests.pages.browser import Browser, Page
from tests.pages.test_every_page import check, visit
from tests.pages.test_writing_rules import DRAFT, begin, open_hall
from tests.pages.town import Town

NEW = f"{DRAFT}/examples/new"
EARLY = {
    "title": "Earns: a tram at seven",
    "points": "10",
    "event-0-type": "transit.tap",
    "event-0-on": "2027-07-05",
    "event-0-at": "07:00",
    "event-0-fact-mode": "tram",
    "event-0-fact-leg": "on",
}


@pytest.fixture
def hall(database: Database, secrets: Secrets, now: datetime) -> Town:
    return open_hall(database, secrets, now)


def _open_draft(hall: Town) -> Browser:
    browser = hall.browser(Role.OFFICER)
    begin(browser, "bus,tram")
    return browser


def _send(browser: Browser, address: str, **filled: str) -> Page:
    return browser.send(visit(browser, address).form(address), **filled)


def test_an_example_is_added_with_the_facts_of_the_catalogue_and_runs_at_once(hall: Town) -> None:
    browser = _open_draft(hall)
    page = visit(browser, NEW)
    for words in ("Tapped on or off", "Type of transport"[:4], "pence"):
        assert words in page.text
    page = _send(browser, NEW, **EARLY)
    check(page)
    assert "Earns: a tram at seven" in page.text
    assert page.text.count("As expected") == 4
    assert "As expected" in visit(browser, f"{DRAFT}/examples/4").text


def test_an_example_that_fails_says_why_and_keeps_the_draft_from_being_checked(hall: Town) -> None:
    browser = _open_draft(hall)
    check(_send(browser, NEW, **EARLY | {"event-0-at": "09:15"}))
    page = visit(browser, f"{DRAFT}/examples/4")
    assert "Not as expected" in page.text
    assert "It should give 10 points, and gives 0 points." in page.text
    assert "07:30" in " ".join(tag.text for tag in page.find_all("ol"))
    assert "expects 10 points and gets 0" in visit(browser, DRAFT).text


def test_trying_an_example_saves_nothing_and_keeps_every_field(hall: Town) -> None:
    browser = _open_draft(hall)
    page = _send(browser, NEW, **EARLY, do="try")
    check(page)
    assert "As expected" in page.text
    form = page.form(NEW)
    assert {name: form.fields[name] for name in EARLY} == EARLY
    assert "event-1-type" in form.fields
    assert "a tram at seven" not in visit(browser, DRAFT).text


def test_what_does_not_fit_is_told_at_its_field_and_nothing_typed_is_lost(hall: Town) -> None:
    browser = _open_draft(hall)
    wrong = EARLY | {"points": "ten", "event-0-at": "", "event-0-fact-leg": "", "event-0-fact-fare_pence": "-5"}
    page = _send(browser, NEW, **wrong)
    check(page, 422)
    for field in ("points", "event-0-on", "event-0-fact-leg", "event-0-fact-fare_pence"):
        assert f"#{field}" in page.links()
    assert page.form(NEW).fields["title"] == EARLY["title"]
    page = _send(browser, NEW, title="Nothing", points="0")
    check(page, 422)
    assert "#event-0-type" in page.links()


def test_an_example_saved_as_it_stands_is_the_same_and_one_that_is_removed_is_gone(hall: Town) -> None:
    browser = _open_draft(hall)
    third = f"{DRAFT}/examples/3"
    before = visit(browser, third).form(third).fields
    check(_send(browser, third))
    after = visit(browser, third).form(third).fields
    same = {name for name in before if name not in ("csrf", "revision")}
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert before["event-0-times"] == "2"
    page = browser.send(visit(browser, third).form(f"{third}/remove"))
    check(page)
    assert "At the limit" not in page.text
    check(browser.open(third), 404)


def test_an_example_of_two_officers_at_once_is_kept_on_the_page(hall: Town) -> None:
    browser = _open_draft(hall)
    form = visit(browser, NEW).form(NEW)
    check(_send(browser, f"{DRAFT}/change/about", title="Earlier"))
    page = browser.send(form, **EARLY)
    check(page, 412)
    again = page.form(NEW)
    assert again.fields["title"] == EARLY["title"]
    check(browser.send(again))
    assert "a tram at seven" in visit(browser, DRAFT).text
