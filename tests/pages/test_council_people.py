"""Officers' roles on a page: given by two administrators, taken by one, never one's own; and deputies for a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from app.core.clock import london_date
from app.core.database import Database
from app.core.secret_store import Secrets
from app.identity.service import create_officer
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.pages.browser import Browser, Form, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, open_town

PAGE = "/officer/people"
ADMIN, SECOND, APPROVER, EDITOR = range(4)
WRONG: list[tuple[str, object, str]] = [
    ("name", "", "Enter their name"),
    ("email", "nobody", "Enter an e-mail address in the form"),
    ("roles", [], "Choose at least one role"),
    ("reason", "", "Say why"),
    ("email", "editor@city.example.org", "already an officer"),
]
"""Field, what is sent in it, what the page says."""


@pytest.fixture
def offices(database: Database, secrets: Secrets, now: datetime) -> Town:
    """Two administrators, an approver and an editor."""
    city = build_city(database, secrets, now)
    second = database.in_transaction(
        lambda session: create_officer(session, name="Second", email="second@example.org", roles=["admin"], now=now)
    )
    return open_town(
        city, officers=[city.officers["admin"], second.public_id, city.officers["approver"], city.officers["editor"]]
    )


def test_a_role_is_given_by_two_administrators_and_not_by_the_one_who_asked(offices: Town) -> None:
    editor = offices.officers[EDITOR]
    asking, approving = offices.browser(Role.OFFICER, number=ADMIN), offices.browser(Role.OFFICER, number=SECOND)
    page = _send(asking, f"{PAGE}/{editor}", {"roles": ["editor", "approver"], "reason": "She stands in for Ann."})
    check(page)
    assert "It waits for another administrator now." in page.text
    assert "You asked for this, so another administrator decides." in page.text
    form = visit(approving, PAGE).form(f"{PAGE}/changes/approve")
    check(asking.send(Form(form.action, "post", page.form(f"{PAGE}/changes/refuse").fields)), 409)
    page = approving.send(form)
    check(page)
    assert "editor Approver, Editor" in page.text
    page = approving.send(form)
    check(page, 409)
    assert "approved already" in page.text


def test_somebody_new_may_sign_in_once_two_have_agreed(offices: Town) -> None:
    asking, approving = offices.browser(Role.OFFICER, number=ADMIN), offices.browser(Role.OFFICER, number=SECOND)
    wanted = {"name": "Noor", "email": "noor@example.org", "roles": ["support"], "reason": "New at the desk."}
    assert "Noor, new" in _send(asking, f"{PAGE}/new", wanted).text
    page = approving.send(visit(approving, PAGE).form(f"{PAGE}/changes/approve"))
    assert "Noor Support" in page.text


def test_roles_are_taken_and_an_officer_is_ended_at_once(offices: Town) -> None:
    approver, browser = offices.officers[APPROVER], offices.browser(Role.OFFICER)
    theirs = offices.browser(Role.OFFICER, number=APPROVER)
    form = visit(browser, f"{PAGE}/{approver}").form(f"{PAGE}/{approver}/end")
    assert visit(theirs, "/officer").heading == "Overview"
    page = browser.send(form)
    check(page)
    assert "approver Ended" in page.text
    assert theirs.open("/officer").heading == "Sign in"


def test_nobody_changes_their_own_roles_nor_ends_themselves(offices: Town) -> None:
    browser, mine = offices.browser(Role.OFFICER), offices.officers[ADMIN]
    page = _send(browser, f"{PAGE}/{mine}", {"roles": ["admin", "finance"], "reason": "I need it."})
    check(page, 409)
    assert "Nobody changes their own roles." in page.text
    check(browser.send(visit(browser, f"{PAGE}/{mine}").form(f"{PAGE}/{mine}/end")), 409)


def test_what_is_missing_is_asked_for_and_what_was_written_stays(offices: Town) -> None:
    whole = {"name": "Noor", "email": "noor@example.org", "roles": ["support"], "reason": "New at the desk."}
    browser = offices.browser(Role.OFFICER)
    for field, value, told in WRONG:
        sent = whole | {field: value}
        page = _send(browser, f"{PAGE}/new", sent)
        check(page, 422)
        assert page.title.startswith("Error:")
        assert told in page.text
        assert [one for one in sent.values() if isinstance(one, str) and one not in page.response.text] == []


def test_an_approver_names_a_deputy_for_a_time_and_ends_it(offices: Town) -> None:
    browser, today = offices.browser(Role.OFFICER, number=APPROVER), london_date(offices.city.clock.now())
    page = visit(browser, PAGE)
    assert "Ask for a new officer" not in page.text
    form, last_on = page.form(f"{PAGE}/deputies"), (today + timedelta(days=6)).isoformat()
    deputy = {"deputy": offices.officers[EDITOR], "last_on": last_on}
    for wrong in ({"deputy": ""}, {"last_on": ""}, {"last_on": "9999-12-31"}, {"first_on": "2020-01-01"}):
        page = browser.send(form, **(deputy | wrong))
        check(page, 422)
        assert "There is a problem" in page.text
    page = browser.send(form, **deputy)
    check(page)
    assert "editor for approver, from" in page.text
    page = browser.send(page.form(f"{PAGE}/deputies/end"))
    check(page)
    assert "Nobody has a deputy." in page.text


def test_roles_are_seen_by_those_who_keep_or_audit_them_alone(offices: Town) -> None:
    check(offices.browser(Role.OFFICER, number=EDITOR).open(PAGE), 403)
    for path in (f"{PAGE}/new", f"{PAGE}/{offices.officers[EDITOR]}"):
        check(offices.browser(Role.OFFICER, number=APPROVER).open(path), 403)
    for path in (f"{PAGE}/off_0", f"{PAGE}/nobody"):
        check(offices.browser(Role.OFFICER).open(path), 404)


def _send(browser: Browser, path: str, filled: Mapping[str, object]) -> Page:
    """A form with boxes that several ticks may stand in."""
    form = visit(browser, path).form(path)
    return Page(browser.http.post(path, data={"csrf": form.fields["csrf"], **filled}))
