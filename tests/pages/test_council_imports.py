"""An officer hands in a file that an operator sent: once, through the door that its columns tell, and follows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from app.earning.importing.doors import open_door
from app.earning.importing.work import make_tools, work_next
from app.web import streams
from app.web.api import upload
from app.web.pages.visits import Role
from tests.doors.test_api import DOOR, HEADER, TAP_MAP, tap
from tests.pages.browser import Browser, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

PAGE = "/officer/imports"
SUPPORT, AUDITOR = range(2)


@pytest.fixture
def offices(town: Town, now: datetime) -> Town:
    """A door for bus taps; nobody works on files until a test does."""
    town.city.runtime.database.in_transaction(
        partial(open_door, name=DOOR, declared=TAP_MAP, schedule="daily", now=now)
    )
    return replace(town, officers=[town.city.officers[role] for role in ("support", "auditor")])


def hand_in(browser: Browser, content: str | bytes, *, door: str = "", name: str = "taps.csv") -> Page:
    csrf = visit(browser, PAGE).form(PAGE).fields["csrf"]
    data = {"csrf": csrf, "door": door}
    return Page(browser.http.post(PAGE, data=data, files={"file": (name, content, "text/csv")}))


def work(offices: Town) -> None:
    runtime = offices.city.runtime
    tools = make_tools(runtime.secrets, runtime.settings)
    done = work_next(runtime.database, tools=tools, clock=runtime.clock)
    assert done is not None
    assert done.status == "done"


def test_a_file_is_taken_by_its_columns_worked_on_and_its_faults_are_to_be_had(offices: Town) -> None:
    browser = offices.browser(Role.OFFICER)
    page = hand_in(browser, HEADER + tap(1) + tap(2, at="yesterday"))
    check(page)
    assert page.heading == "taps.csv"
    assert "The file is here, and is worked on now." in page.text
    assert "0% is imported." in page.text
    work(offices)
    path = page.response.url.path
    page = visit(browser, path)
    assert "It is imported." in page.text
    assert "Gave points 1" in page.text or "Kept, no points 1" in page.text
    assert "Line 3: at:" in page.text
    assert browser.http.get(f"{path}/errors.csv").text.count("\n") == 2


def test_the_same_file_again_is_safe_and_says_so(offices: Town) -> None:
    browser, content = offices.browser(Role.OFFICER), HEADER + tap(1)
    first = hand_in(browser, content)
    again = hand_in(browser, content, name="other.csv")
    check(again)
    assert "This file came already. Nothing was done again" in again.text
    assert again.response.url.path == first.response.url.path
    assert len([link for link in visit(browser, PAGE).links() if "/imp_" in link]) == 1


@pytest.mark.parametrize(
    ("content", "door", "told"),
    [
        ("", "", "Choose the file that the operator sent"),
        ("a,b\n1,2\n", "", "No file that we know has these columns"),
        ("\0\n", "", "No file that we know has these columns"),
        (HEADER, "nobodys-door", "There is no door of this name"),
    ],
)
def test_what_is_no_such_file_is_told_in_words(offices: Town, content: str, door: str, told: str) -> None:
    page = hand_in(offices.browser(Role.OFFICER), content, door=door)
    check(page, 404 if door else 422)
    assert told in page.text


def test_two_doors_of_the_same_columns_are_asked_about_and_the_chosen_one_is_taken(offices: Town) -> None:
    now = offices.city.clock.now()
    other = TAP_MAP.model_copy(update={"title": "Night buses"})
    offices.city.runtime.database.in_transaction(
        partial(open_door, name="night-taps", declared=other, schedule="daily", now=now)
    )
    browser = offices.browser(Role.OFFICER)
    page = hand_in(browser, HEADER + tap(1))
    check(page, 422)
    assert "Several operators' files have these columns: Bus taps, Night buses." in page.text
    check(hand_in(browser, HEADER + tap(1), door="night-taps"))


def test_a_file_that_is_too_large_is_told_on_the_page(offices: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "LIMIT_BYTES", 5_000)
    page = hand_in(offices.browser(Role.OFFICER), "x" * 10_000)
    check(page, 413)
    assert "more than 10 MB" in page.text


def test_nobody_hands_a_file_in_without_the_role_or_for_somebody_else(offices: Town) -> None:
    auditor, support = offices.browser(Role.OFFICER, number=AUDITOR), offices.browser(Role.OFFICER)
    assert "Hand in a file" not in visit(auditor, PAGE).text
    file = {"file": ("taps.csv", HEADER + tap(1), "text/csv")}
    check(Page(auditor.http.post(PAGE, data={"csrf": "x"}, files=file)), 403)
    check(Page(support.http.post(PAGE, data={"csrf": "x"}, files=file)), 403)
    assert "No file has come yet." in visit(auditor, PAGE).text


def test_what_does_not_come_from_the_form_is_told_what_to_do(offices: Town) -> None:
    support = offices.browser(Role.OFFICER)
    page = Page(support.http.post(PAGE, data={"csrf": "x"}))
    check(page, 415)
    assert page.heading == "We could not read that"
    assert "Open the page again, fill in its form, with the file if it asks for one" in page.text
    page = Page(support.http.post(PAGE, data={"csrf": "x"}, files={"other": ("a.csv", "1", "text/csv")}))
    check(page, 422)
    assert "Open the page again, fill in its form" in page.text


def test_the_stream_of_a_file_tells_how_far_it_has_come(offices: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(streams, "LONGEST_LOOKS", 2)
    browser = offices.browser(Role.OFFICER)
    path = hand_in(browser, HEADER + tap(1)).response.url.path
    told = browser.http.get(f"{path}/stream")
    assert told.headers["Content-Type"].startswith("text/event-stream")
    assert told.text == "event: changed\ndata: waiting 0\n\n"
    work(offices)
    assert browser.http.get(f"{path}/stream").text == "event: changed\ndata: done 100\n\n"
    check(offices.browser(Role.RESIDENT).open(f"{path}/stream"), 403)
