"""Officers let partners in, by two of them, and stop one at once; the page tells each refusal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session

from app.identity.queries import find_staff
from app.offers.connecting import propose_endpoint
from app.web.pages.visits import Role
from tests.api.city import City
from tests.pages.browser import Browser, Form, Page
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town
from tests.partner_life.office import find_cafe, propose_partner, send, terms

PAGE = "/officer/partners"


@pytest.fixture
def offices(town: Town) -> Town:
    """The town with its finance officer, its approver and its auditor."""
    return replace(town, officers=[town.city.officers[role] for role in ("finance", "approver", "auditor")])


def _act(browser: Browser, act: str, of: str, **filled: str) -> Page:
    return browser.send(_form(visit(browser, PAGE), act, of), **filled)


def _form(page: Page, act: str, of: str) -> Form:
    return next(form for form in page.forms if form.action == f"{PAGE}/{act}" and form.fields["id"] == of)


def test_a_partner_that_one_officer_proposed_is_approved_by_another(offices: Town) -> None:
    bakery = propose_partner(offices.city)["id"]
    own, other = offices.browser(Role.OFFICER), offices.browser(Role.OFFICER, number=1)
    page = visit(own, PAGE)
    assert "You proposed it, so another officer approves it." in page.text
    form = _form(page, "refuse", bakery)
    check(own.send(Form(f"{PAGE}/approve", "post", form.fields)), 409)
    page = _act(other, "approve", bakery)
    check(page)
    assert "Waiting for a second officer" not in page.text


def test_the_next_contract_is_agreed_by_another_officer_or_refused_with_a_reason(offices: Town) -> None:
    cafe = find_cafe(offices.city)
    own, other = offices.browser(Role.OFFICER), offices.browser(Role.OFFICER, number=1)
    for rate in (71, 72):
        assert send(offices.city, "finance", f"/{cafe}/contracts", **terms(rate)).status_code == 201
        page = visit(own, PAGE)
        assert "You proposed it, so another officer approves it." in page.text
        form = _form(page, "refuse-contract", cafe)
        check(own.send(Form(f"{PAGE}/approve-contract", "post", form.fields)), 409)
        if rate == 71:
            check(_act(other, "refuse-contract", cafe), 422)
            page = _act(other, "refuse-contract", cafe, reason="It is too much.")
        else:
            page = _act(other, "approve-contract", cafe)
        check(page)
        assert "The next contract" not in page.text
    kept = offices.city.http.get(f"/v1/partners/{cafe}/contracts", headers=offices.city.by("finance")).json()["items"]
    assert [(one["rate_pence"], one["decision"]) for one in kept] == [(72, "approved"), (71, "refused")]


def test_an_address_that_a_partner_proposed_is_approved_as_it_was_read(offices: Town) -> None:
    cafe, browser, city = find_cafe(offices.city), offices.browser(Role.OFFICER), offices.city
    propose_address(city, "https://till.example.org/one")
    form = _form(visit(browser, PAGE), "approve-address", cafe)
    propose_address(city, "https://till.example.org/two")
    page = browser.send(form)
    check(page, 409)
    assert "https://till.example.org/two" in page.text
    page = _act(browser, "approve-address", cafe)
    check(page)
    assert "The partner's system is asked at the new address from now on." in page.text
    assert "till.example.org" not in page.text
    shown = city.http.get(f"/v1/partners/{cafe}/endpoints", headers=city.by("finance")).json()["items"]
    assert [one["url"] for one in shown] == ["https://till.example.org/two"]


def test_who_may_not_decide_about_partners_sees_no_button_that_refuses_them(offices: Town) -> None:
    propose_partner(offices.city)
    page = visit(offices.browser(Role.OFFICER, number=2), PAGE)
    assert [form.action for form in page.forms if form.action.startswith(PAGE)] == []


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
    assert "Stopped. Nobody can take its rewards any more." in page.text
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


def propose_address(city: City, url: str) -> None:
    """By the café's owner."""

    def propose(session: Session) -> None:
        owner = find_staff(session, written=city.staff["owner"])
        assert owner is not None
        propose_endpoint(
            session,
            partner_id=owner.partner_id,
            adapter="webhook",
            url=url,
            secret="whsec_" + "A" * 32,
            keys=city.runtime.endpoint_keys,
            actor=owner.actor,
            now=city.clock.now(),
        )

    city.runtime.database.in_transaction(propose)
