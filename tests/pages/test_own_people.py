"""Residents invite others and say who lives together, and read that a person looks at what is held."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from app.web.pages.visits import Role
from tests.earning.world import ride
from tests.pages.browser import Browser
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town

INVITE, HOUSEHOLD = "/you/invite", "/you/household"


@pytest.fixture
def town(shared_town: Town) -> Town:
    """Everybody joined today."""
    now = {"now": shared_town.city.clock.now()}
    shared_town.city.runtime.database.in_transaction(
        lambda session: session.execute(text("UPDATE residents SET enrolled_at = :now"), now)
    )
    return shared_town


def _own_code(browser: Browser) -> str:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", visit(browser, INVITE).text)
    assert found is not None
    return found[0]


def test_who_was_invited_tells_the_code_once_however_it_is_typed(town: Town) -> None:
    code = _own_code(town.browser(Role.RESIDENT))
    friend = town.browser(Role.RESIDENT, number=1)
    page = friend.send(visit(friend, INVITE).form(INVITE), code=code.lower().replace("-", " "))
    check(page)
    assert "may earn points when you have earned your first" in page.text
    assert town.city.residents[0] not in page.text
    page = friend.send(page.form(INVITE), code=code)
    check(page, 409)
    assert "That can be told once and stays" in page.text


@pytest.mark.parametrize(("code", "status", "said"), [("", 422, "Enter the code"), ("0000-0000-0000", 404, "not know")])
def test_a_code_that_is_none_is_refused_in_words(town: Town, code: str, status: int, said: str) -> None:
    browser = town.browser(Role.RESIDENT)
    page = browser.send(visit(browser, INVITE).form(INVITE), code=code)
    check(page, status)
    assert said in page.text
    assert page.form(INVITE).fields["code"] == code


def test_nobody_invites_themselves(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page = browser.send(visit(browser, INVITE).form(INVITE), code=_own_code(browser))
    check(page, 409)
    assert "can't use this invitation code" in page.text


def test_a_household_is_told_and_changes_once_in_ninety_days(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    page = browser.send(visit(browser, HOUSEHOLD).form(HOUSEHOLD), uprn="100 0512 3")
    check(page)
    assert "Your household is noted." in page.text
    assert "10005123" not in page.response.text
    page = browser.send(page.form(f"{HOUSEHOLD}/leave"))
    check(page, 409)
    assert "once in 90 days, the next time on 20 February 2027" in page.text


def test_a_number_that_is_no_home_is_refused_and_kept_to_be_mended(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    for written, status in (("", 422), ("twelve", 422), ("000", 422), ("1\0x", 422)):
        page = browser.send(visit(browser, HOUSEHOLD).form(HOUSEHOLD), uprn=written)
        check(page, status)
        assert page.title.startswith("Error:")


def test_what_changed_is_in_the_audit_trail_and_never_to_what(town: Town) -> None:
    browser = town.browser(Role.RESIDENT)
    browser.send(visit(browser, HOUSEHOLD).form(HOUSEHOLD), uprn="10005123")
    rows = town.city.runtime.database.in_transaction(
        lambda session: session.execute(text("SELECT facts FROM audit_acts WHERE act = 'person.changed'")).all()
    )
    assert [row.facts for row in rows] == [{"what": "household"}]


def test_what_is_held_says_that_a_person_looks_at_it_and_that_nothing_need_be_done(shared_town: Town) -> None:
    at = shared_town.city.clock.now()
    shared_town.city.world.send([ride(1, at, 30_000, seconds=600)], at=at)
    browser = shared_town.browser(Role.RESIDENT)
    page = visit(browser, "/you/activity")
    assert "being checked" in page.text
    assert "A person looks at this before it can earn points. You do not have to do anything." in page.text
    why = visit(browser, next(link for link in page.links() if "/why?" in link))
    assert "A person looks at this" in why.text
