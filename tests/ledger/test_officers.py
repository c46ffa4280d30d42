"""Officers' decisions over HTTP: by role, once, with a reason, and within the money there is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from app.identity.service import create_officer
from app.ledger.verify import verify_ledger
from tests.api.city import City, bearer
from tests.api.undone import UndoneCity
from tests.earning.world import ride

Headers = dict[str, str]
REASON = "Grant agreement 2026"


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    return undone_city(now)


def make_officer(city: City, role: str) -> str:
    made = city.runtime.database.in_transaction(
        lambda session: create_officer(
            session, name=role, email=f"{role}@example.org", roles=[role], now=city.clock.now()
        )
    )
    return made.public_id


def officer(city: City, role: str) -> Headers:
    return bearer(city.token(make_officer(city, role), "officer"))


@pytest.fixture
def finance(city: City) -> Headers:
    return officer(city, "finance")


def post(city: City, path: str, headers: Headers, **order: object) -> httpx2.Response:
    return city.http.post(path, json={"reason": REASON, **order}, headers=headers)


def money(city: City) -> dict[str, Any]:
    shown: dict[str, Any] = city.http.get("/v1/register/money").json()
    return shown


def in_order(city: City) -> bool:
    return not city.runtime.database.in_transaction(verify_ledger).findings


def test_everybody_sees_the_money_behind_the_points(city: City) -> None:
    shown = money(city)
    assert shown["needed_pence"] == shown["wallet_points"] + shown["budget_points"]
    assert shown["backing_pence"] >= shown["needed_pence"]
    assert shown["pence_per_100_points"] == 100


def test_money_paid_in_becomes_points_of_a_campaign(city: City, finance: Headers) -> None:
    before = money(city)
    assert post(city, "/v1/pots/payments", finance, funder=77, pence=500).status_code == 201
    funded = post(city, "/v1/funding", finance, campaign="welcome", funder=77, points=400)
    assert funded.json() == money(city)
    assert money(city)["budget_points"] == before["budget_points"] + 400
    assert {"funder": 77, "pence": 100} in city.http.get("/v1/pots", headers=finance).json()["items"]
    assert in_order(city)


def test_a_refused_key_stays_refused_when_the_reason_has_gone(city: City, finance: Headers) -> None:
    keyed = finance | {"Idempotency-Key": "fund-1"}
    order = {"campaign": "welcome", "funder": 77, "points": 400}
    first = post(city, "/v1/funding", keyed, **order)
    assert (first.status_code, first.json()["code"]) == (409, "pot-too-small")
    post(city, "/v1/pots/payments", finance, funder=77, pence=500)
    again = post(city, "/v1/funding", keyed, **order)
    assert (again.status_code, again.json()["available_pence"]) == (409, 0)
    other = post(city, "/v1/funding", keyed, **order | {"points": 1})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert post(city, "/v1/funding", finance, **order).status_code == 201


def test_the_same_payment_sent_twice_is_one_payment(city: City, finance: Headers) -> None:
    before, keyed = money(city)["pot_pence"], finance | {"Idempotency-Key": "pay-1"}
    answers = [post(city, "/v1/pots/payments", keyed, funder=77, pence=500).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert money(city)["pot_pence"] == before + 500


def test_the_rate_never_falls_below_what_rewards_cost(city: City, finance: Headers) -> None:
    refused = post(city, "/v1/backing-rate", finance, funder=77, pence_per_100_points=79)
    assert (refused.status_code, refused.json()["code"]) == (409, "rate-too-low")
    assert refused.json()["least_pence_per_100_points"] == 80
    assert post(city, "/v1/backing-rate", finance, funder=77, pence_per_100_points=80).status_code == 201
    assert in_order(city)


def test_a_higher_rate_is_paid_for_points_already_issued(city: City, finance: Headers) -> None:
    shown = money(city)
    outstanding = shown["wallet_points"] + shown["budget_points"]
    missing = outstanding * 2 - shown["backing_pence"]
    refused = post(city, "/v1/backing-rate", finance, funder=77, pence_per_100_points=200)
    assert (refused.status_code, refused.json()["wanted_pence"]) == (409, missing)
    post(city, "/v1/pots/payments", finance, funder=77, pence=missing)
    done = post(city, "/v1/backing-rate", finance, funder=77, pence_per_100_points=200).json()
    assert done["backing_pence"] == done["needed_pence"] == outstanding * 2
    assert in_order(city)


@pytest.mark.parametrize("role", ["editor", "support", "auditor", "approver"])
def test_only_finance_and_admin_move_money(city: City, role: str) -> None:
    headers = officer(city, role)
    refused = post(city, "/v1/pots/payments", headers, funder=77, pence=1)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-needed")
    assert city.http.get("/v1/pots", headers=headers).status_code == (200 if role == "auditor" else 403)


@pytest.mark.parametrize("order", [{"pence": 0}, {"pence": -1}, {"pence": 10**13}, {"pence": 1, "reason": " "}])
def test_a_payment_that_cannot_be_meant_is_refused(city: City, finance: Headers, order: dict[str, object]) -> None:
    assert post(city, "/v1/pots/payments", finance, funder=77, **order).status_code == 422


def test_an_old_event_is_reversed_once_and_a_young_one_voided_instead(city: City, now: datetime) -> None:
    approver_id = make_officer(city, "approver")
    approver = bearer(city.token(approver_id, "officer"))
    at = now - timedelta(hours=3)
    source, event_id = earn(city, at)
    order = {"source": source, "id": event_id}
    young = post(city, "/v1/reversals", approver, **order)
    assert (young.status_code, young.json()["code"]) == (409, "void-instead")
    before = city.balance()["available"]
    city.clock.at = now + timedelta(days=91)
    approver = bearer(city.token(approver_id, "officer"))
    second = bearer(city.token(city.officers["approver"], "officer"))
    proposed = post(city, "/v1/reversals", approver, **order).json()
    assert city.balance()["available"] == before, "a proposal changes nothing"
    own = post(city, f"/v1/adjustments/{proposed['id']}/approve", approver)
    assert (own.status_code, own.json()["code"]) == (409, "own-work")
    done = post(city, f"/v1/adjustments/{proposed['id']}/approve", second).json()
    assert done["written_off"] == 0
    assert done["taken"] > 0
    assert city.balance()["available"] == before - done["taken"]
    again = post(city, "/v1/reversals", approver, **order).json()
    refused = post(city, f"/v1/adjustments/{again['id']}/approve", second)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-reverse")
    too_much = post(city, "/v1/clawbacks", approver, points=1, **order).json()
    refused = post(city, f"/v1/adjustments/{too_much['id']}/approve", second)
    assert (refused.status_code, refused.json()["code"]) == (409, "clawback-too-large")
    assert in_order(city)


def earn(city: City, at: datetime) -> tuple[str, str]:
    """A bike ride of the first resident, which earns points."""
    [result] = city.world.send([ride(1, at, 4_000)], at=at + timedelta(hours=1))
    assert result.points > 0
    return str(result.source), str(result.id)
