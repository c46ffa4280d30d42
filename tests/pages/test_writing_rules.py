"""An officer writes a rule by forms alone, a second one approves it, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.backtest.attaching import attach_to_draft
from app.backtest.work import work_next_backtest
from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.pages.rulewriting.parts import PAGES
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.earning.world import ride
from tests.pages.browser import Browser, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, open_town

DRAFT = "/officer/rules/rul_before_the_peak/draft"


@pytest.fixture
def hall(database: Database, secrets: Secrets, now: datetime) -> Town:
    return open_hall(database, secrets, now)


def open_hall(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The town with its editor, approver and finance officer in place of the auditor."""
    city = build_city(database, secrets, now)
    return open_town(city, officers=[city.officers[role] for role in ("editor", "approver", "finance")])


def begin(browser: Browser, modes: str = "bus") -> Page:
    """The draft of an early trip."""
    visit(browser, "/officer/rules/write")
    page = browser.send(
        visit(browser, "/officer/rules/write/early_trip").form("/officer/rules/write/early_trip"), modes=modes
    )
    check(page)
    return page


def _save(browser: Browser, part: str, **filled: str) -> Page:
    address = f"{DRAFT}/change/{part}"
    return browser.send(visit(browser, address).form(address), **filled)


def _step(browser: Browser, step: str, **filled: str) -> Page:
    return browser.send(visit(browser, DRAFT).form(f"{DRAFT}/{step}"), **filled)


def _work(hall: Town) -> None:
    runtime = hall.city.runtime
    done = work_next_backtest(
        *(runtime.database,),
        scheme="leeds",
        clock=runtime.clock,
        processes=1,
        attach=attach_to_draft,
        stop=lambda: False,
    )
    assert done is not None
    assert done.status == "done"


def _sentence(page: Page) -> str:
    return next(tag.text for tag in page.find_all("p") if tag.attributes.get("class") == "slr-lead")


def test_a_template_becomes_a_draft_with_its_sentence_and_its_examples(hall: Town) -> None:
    page = begin(hall.browser(Role.OFFICER))
    assert page.heading.startswith("A trip before half past seven")
    assert "Being written" in page.text
    assert "As expected" in page.text
    assert "07:30" in _sentence(page)


def test_a_blank_that_is_filled_in_wrongly_keeps_what_was_typed(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    address = "/officer/rules/write/early_trip"
    page = browser.send(visit(browser, address).form(address), modes="bus", before="noon", points="12")
    check(page, 422)
    assert page.title.startswith("Error:")
    assert "Enter something from 06:30 to 11:00" in page.text
    assert page.form(address).fields["points"] == "12"
    assert page.form(address).fields["before"] == "noon"


def test_every_part_can_be_saved_as_it_stands_and_says_the_same(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    before = _sentence(begin(browser))
    for part in PAGES:
        after = _save(browser, part)
        check(after)
        assert _sentence(after) == before, part


def test_each_part_of_a_rule_is_changed_by_its_questions(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    begin(browser)
    _save(browser, "about", title="Off-peak")
    _save(
        browser, "when", **{"when-1-value": "06:45", "when-3-fact": "mode", "when-3-op": "is", "when-3-value": "rail"}
    )
    _save(browser, "who", **{"who-0-fact": "pass_type", "who-0-op": "is", "who-0-value": "adult"})
    _save(browser, "award", **{"effect-points-points": "7"})
    _save(browser, "progress", progress="count", **{"progress-count-per": "week", "progress-count-reach": "3"})
    page = _save(
        browser, "limits", **{"limits-1-scope": "resident_rule", "limits-1-per": "validity", "limits-1-points": "70"}
    )
    check(page)
    assert page.heading.startswith("Off-peak")
    said = _sentence(page)
    for words in ("06:45", "rail", "adult", "7 points", "3", "70 points"):
        assert words in said, said


def test_a_fault_is_told_at_its_question_and_nothing_typed_is_lost(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    before = _sentence(begin(browser))
    page = _save(browser, "when", **{"when-1-value": "soon"})
    check(page, 422)
    assert page.form(f"{DRAFT}/change/when").fields["when-1-value"] == "soon"
    assert "#when-1" in _save(browser, "when", **{"when-1-value": "25:30"}).links()
    page = _save(
        browser, "limits", **{"limits-0-scope": "resident_rule", "limits-0-per": "event", "limits-0-times": "1"}
    )
    check(page, 422)
    assert "#limits-0" in page.links()
    assert _sentence(visit(browser, DRAFT)) == before


def test_of_two_officers_at_once_the_second_reads_that_it_changed_and_saves_again(hall: Town) -> None:
    one, other = hall.browser(Role.OFFICER), hall.browser(Role.OFFICER, number=1)
    begin(one)
    address = f"{DRAFT}/change/about"
    form = visit(other, address).form(address)
    check(_save(one, "award", **{"effect-points-points": "9"}))
    page = other.send(form, title="Before work")
    check(page, 412)
    assert "was not saved" in page.text
    again = page.form(address)
    assert again.fields["title"] == "Before work"
    page = other.send(again)
    check(page)
    assert page.heading.startswith("Before work")
    assert "9 points" in _sentence(page)


def test_one_officer_writes_it_and_another_approves_and_schedules_it(hall: Town) -> None:
    editor, approver = hall.browser(Role.OFFICER), hall.browser(Role.OFFICER, number=1)
    page = begin(editor)
    assert "Before it can be checked" in page.text
    now = hall.city.clock.now()
    hall.city.world.send([ride(1, now, 4_000)], at=now)
    page = _step(editor, "backtest", from_on=now.date().isoformat(), to_on=now.date().isoformat())
    check(page)
    report = next(link for link in page.links() if link.startswith("/officer/backtests/"))
    assert "being worked on" in visit(editor, report).text
    _work(hall)
    page = visit(editor, report)
    assert "8 points without it, 8 points with it" in page.text
    assert "22 November 2026" in [tag.text for tag in page.find_all("th")]
    assert len(page.find_all("rect")) == 2
    assert editor.http.get(f"{report}/table.csv").headers["content-type"].startswith("text/csv")
    page = _step(editor, "check")
    check(page)
    assert "Ask for approval" in page.text
    assert "Waiting for approval" in _step(editor, "submit").text
    refused = _step(editor, "approve")
    check(refused, 403)
    page = _step(approver, "approve")
    check(page)
    assert "Approved" in page.text
    form = page.form(f"{DRAFT}/schedule")
    assert form.fields["on"] == "2027-01-04", "the first day on which it counts"
    assert "progress" not in form.fields
    page = approver.send(form)
    check(page)
    assert page.heading == "Rules"
    assert "It starts on 4 January 2027." in page.text


def test_a_draft_is_discarded_and_its_rule_can_be_written_anew(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    begin(browser)
    assert DRAFT in visit(browser, "/officer/rules").links()
    page = _step(browser, "discard")
    check(page)
    assert DRAFT not in page.links()
    check(begin(browser))


def test_the_next_version_begins_as_the_one_in_force(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    page = browser.send(visit(browser, "/officer/rules/write").form("/officer/rules/write"), next_of="rul_ten_trips")
    check(page)
    assert "Draft of version 2" in page.text


def test_choices_are_read_and_written_by_the_words_of_the_catalogue(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    begin(browser)
    page = _save(
        browser, "who", **{"who-0-fact": "connection", "who-0-op": "in", "who-0-value": "lives in leeds, WORK"}
    )
    check(page)
    address = f"{DRAFT}/change/who"
    assert visit(browser, address).form(address).fields["who-0-value"] == "Lives in Leeds, Works in Leeds"
    assert "Saturday, Sunday" in visit(browser, f"{DRAFT}/change/when").form(f"{DRAFT}/change/when").fields.values()
    check(_save(browser, "who"))


def test_the_campaign_and_the_source_of_a_new_rule_are_chosen_by_their_titles(hall: Town) -> None:
    page = visit(hall.browser(Role.OFFICER), "/officer/rules/write/early_trip")
    chosen = [tag for tag in page.find_all("select") if tag.attributes["name"] in ("campaign", "source")]
    assert len(chosen) == 2
    fields = page.form("/officer/rules/write/early_trip").fields
    assert (fields["campaign"], fields["source"]) == ("cmp_get_on_board", "urn:wymetro:taps")


def test_a_rule_whose_next_version_is_being_written_leads_to_it(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    form = visit(browser, "/officer/rules/write").form("/officer/rules/write")
    check(browser.send(form, next_of="rul_ten_trips"))
    page = browser.send(form, next_of="rul_ten_trips")
    check(page, 409)
    assert "/officer/rules/rul_ten_trips/draft" in page.links()
    assert page.form("/officer/rules/write").fields["next_of"] == "rul_ten_trips"


def test_what_is_missing_and_what_was_found_lead_to_where_it_is_mended(hall: Town) -> None:
    browser = hall.browser(Role.OFFICER)
    begin(browser)
    assert "#cost" in visit(browser, DRAFT).links()
    _save(browser, "when", **{"when-3-fact": "local.time", "when-3-op": "at_least", "when-3-value": "12:00"})
    page = visit(browser, DRAFT)
    assert {"#findings", "#cost"} <= set(page.links())
    assert page.links().count(f"{DRAFT}/change/when") == 2
