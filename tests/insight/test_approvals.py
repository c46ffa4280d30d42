"""Each thing that waits for a second person stands before those who may decide it, and before them alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from app.core.clock import london_date
from app.core.ids import parse_public_id
from app.identity.officers import change_roles
from app.identity.permissions import ROLES
from app.identity.queries import OfficerRead, find_officer
from app.insight.approvals import DECIDERS, ApprovalRead, list_approvals
from app.rulebook.drafting.deputies import name_deputy
from app.settlement.tasks import close_last_week
from tests.api.city import City
from tests.api.undone import UndoneCity
from tests.pages.test_council_partners import propose_address
from tests.partner_life.office import find_cafe, propose_partner, send, terms
from tests.rulebook.drafting.desk import TUESDAY, Desk

BANK = {"sort_code": "20-00-00", "account": "55779911", "name": "Kirkgate Cafe"}


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


@pytest.fixture
def desk(undone_city: UndoneCity) -> Desk:
    """Ann writes rules, Cem approves them, Eve holds the budget, Fay is at the desk."""
    made = Desk(undone_city(TUESDAY), {})
    for name, role in {"ann": "editor", "cem": "approver", "eve": "finance", "fay": "support"}.items():
        made.hire(name, role)
    return made


def find(city: City, person: str) -> OfficerRead:
    found = city.runtime.database.in_transaction(lambda session: find_officer(session, written=person))
    assert found is not None
    return found


def look(city: City, person: str) -> list[tuple[str, str, bool]]:
    """Kind, who asked, and whether it is their own."""
    officer = find(city, person)
    found: tuple[ApprovalRead, ...] = city.runtime.database.in_transaction(
        lambda session: list_approvals(session, officer=officer, now=city.clock.now())
    )
    assert [one.since for one in found] == sorted(one.since for one in found)
    return sorted((one.kind, one.asked_by, one.own) for one in found)


def do(city: City, who: str, method: str, path: str, **order: object) -> str:
    answer = city.http.request(method, f"/v1{path}", json=order, headers=city.by(who))
    assert answer.is_success, answer.text
    return str(answer.json().get("id", ""))


def _open_dispute(city: City, resident: int) -> str:
    voucher = city.take("drink", resident=resident).json()
    assert city.redeem(voucher["code"]).status_code == 200
    return do(city, "support", "POST", "/disputes", redemption=voucher["id"], reason="It was cold.")


def leave_everything(city: City) -> None:
    """One of each that finance or a partner asks for, and a role that the admin asks for."""
    cafe = find_cafe(city)
    propose_partner(city)
    assert send(city, "finance", f"/{cafe}/contracts", **terms(71)).status_code == 201
    do(city, "owner", "POST", "/partner/rewards", title="Soup", description="A bowl.", kind="food", points=200)
    propose_address(city, "https://till.example.org/")
    do(city, "owner", "PUT", "/partner/payee", **BANK)
    award = {"resident": city.residents[0], "campaign": "cmp_get_on_board", "points": 5, "reason": "A lost tap."}
    do(city, "finance", "POST", "/adjustments", **award)
    disputes = [_open_dispute(city, number) for number in (0, 1)]
    do(city, "finance", "POST", f"/disputes/{disputes[0]}/propose", points=100, reason="We asked the café.")
    do(city, "editor", "POST", "/campaigns/cmp_get_on_board/messages", subject="Sunday", body="Buses are free.")
    editor, admin = parse_public_id("off", city.officers["editor"]), find(city, city.officers["admin"])
    assert editor is not None
    reason, roles, now = "She stands in.", ["editor", "support"], city.clock.now()
    city.runtime.database.in_transaction(
        lambda session: change_roles(session, officer=editor, roles=roles, reason=reason, by=admin, now=now)
    )


def test_whoever_may_decide_sees_it_nobody_else_does_and_what_is_ones_own_is_told_apart(city: City) -> None:
    leave_everything(city)
    asked = {
        **dict.fromkeys(("partner", "contract", "adjustment", "refund"), "finance"),
        **dict.fromkeys(("reward", "endpoint", "payee"), "Kirkgate Café"),
        "message": "editor",
        "role": "admin",
        "dispute": "",
    }
    for role in sorted(ROLES):
        wanted = [(kind, by, by == role) for kind, by in asked.items() if by == role or role in DECIDERS[kind]]
        assert look(city, city.officers[role]) == sorted(wanted), role


def test_a_file_for_the_bank_waits_for_another_than_who_made_it(city: City) -> None:
    city.app.state.runtime = replace(city.runtime, demo=True)  # where the council's own account is an invented one
    do(city, "owner", "PUT", "/partner/payee", **BANK)
    do(city, "finance", "POST", f"/partners/{find_cafe(city)}/payee/approve")
    assert city.redeem(city.take("drink").json()["code"]).status_code == 200
    close_last_week(city.runtime.database, now=city.clock.now() + timedelta(weeks=1))
    do(city, "finance", "POST", "/payouts/files")
    assert look(city, city.officers["finance"]) == [("file", "finance", True)]
    assert look(city, city.officers["admin"]) == [("file", "finance", False)]


def test_a_draft_waits_for_an_approver_or_their_deputy_and_for_the_budget_holder_if_it_may_cost_much(
    desk: Desk,
) -> None:
    city, people = desk.city, desk.people
    desk.submit()
    assert look(city, people["ann"]) == [("draft", "ann", True)]
    assert look(city, people["cem"]) == [("draft", "ann", False)]
    assert look(city, people["eve"]) == look(city, people["fay"]) == []
    today, cem = london_date(city.clock.now()), find(city, people["cem"])
    until_on: date = today + timedelta(days=1)
    city.runtime.database.in_transaction(
        lambda session: name_deputy(
            session, approver=cem, deputy=people["fay"], from_on=today, until_on=until_on, now=city.clock.now()
        )
    )
    assert look(city, people["fay"]) == [("draft", "ann", False)]


def test_a_costly_draft_waits_for_the_budget_holder_when_the_approver_has_approved(desk: Desk) -> None:
    city, people = desk.city, desk.people
    draft = desk.submit(points=10_000_000)
    assert look(city, people["eve"]) == look(city, people["cem"]) == [("draft", "ann", False)]
    assert desk.take("cem", "approve", draft["revision"]).status_code == 200
    assert look(city, people["eve"]) == [("draft", "ann", False)]
    assert look(city, people["cem"]) == []
