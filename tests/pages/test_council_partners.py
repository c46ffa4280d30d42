"""Officers let partners in, by two of them, and stop one at once; the page tells each refusal."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.pages.visits import Role
from tests.api.city import build_city
from tests.pages.browser import Browser, Form, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, open_town
from tests.partner_life.office import find_cafe, propose_partner

PAGE = "/officer/partners"


@pytest.fixture
def offices(database: Database, secrets: Secrets, now: datetime) -> Town:
    """The town with its finance officer and its approver."""
    city = build_city(database, secrets, now)
    return open_town(city, officers=[city.officers["finance"], city.officers["approver"]])


def _act(browser: Browser, act: str, of: str, **filled: str) -> Page:
    return browser.send(_form(visit(browser, PAGE), act, of), **filled)


def _form(page: Page, act: str, of: str) -> Form:
    return next(form for form in page.forms if form.action == f"{PAGE}/{act}" and form.fields["id"] == of)


def test_a_partner_that_one_officer_proposed_is_approved_by_another(offices: Town) -> None:
    bakery = propose_partner(offices.city)["id"]
    own, other = offices.browser(Role.OFFICER), offices.browser(Role.OFFICER, number=1)
    page = _act(own, "approve", bakery)
    check(page, 409)
    assert "Waiting for a second officer" in page.text
    page = _act(other, "approve", bakery)
    check(page)
    assert "Waiting for a second officer" not in page.text


def test_a_refusal_needs_a_reason_that_the_partner_can_read(offices: Town) -> None:
    bakery, browser = propose_partner(offices.city)["id"], offices.browser(Role.OFFICER, number=1)
    page = _act(browser, "refuse", bakery)
    check(page, 422)
    assert "Say why" in page.text
    page = _act(browser, "refuse", bakery, reason="It has closed.")
    check(page)
    assert "It has closed." in page.text


def test_a_stopped_partner_gives_nothing_out_until_it_is_started_again(offices: Town) -> None:
    cafe, browser = find_cafe(offices.city), offices.browser(Role.OFFICER)
    page = _act(browser, "stop", cafe, reason="The kitchen is flooded.")
    check(page)
    assert "The kitchen is flooded." in page.text
    assert offices.city.take("drink").status_code == 409
    page = _act(browser, "start", cafe)
    check(page)
    assert offices.city.take("drink").status_code == 201


def test_an_act_that_there_is_not_is_no_page(offices: Town) -> None:
    browser = offices.browser(Role.OFFICER)
    form = _form(visit(browser, PAGE), "stop", find_cafe(offices.city))
    form.action = f"{PAGE}/delete"
    check(browser.send(form), 404)
