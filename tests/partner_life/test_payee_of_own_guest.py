"""An officer who lets somebody in is not the one who approves where that person wants the money to go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.api.city import City, bearer
from tests.partner_life.office import find_cafe, send

BANK = {"sort_code": "20-00-00", "account": "1234 5678", "name": "Kirkgate Coffee"}


def _as(city: City, person: str) -> dict[str, str]:
    return bearer(city.token(person, "vouchers:redeem"))


def _propose(city: City, owner: str) -> None:
    assert city.http.put("/v1/partner/payee", json=BANK, headers=_as(city, owner)).status_code == 200


def _approve(city: City, who: str, way: str = "") -> tuple[int, Any]:
    answer = send(city, who, f"/{find_cafe(city)}/payee{way}/approve")
    return answer.status_code, answer.json().get("code")


def test_whoever_invited_an_owner_does_not_approve_where_the_owner_is_paid(city: City) -> None:
    jo = send(city, "admin", f"/{find_cafe(city)}/owners", name="Jo").json()["id"]
    _propose(city, jo)
    assert _approve(city, "admin") == (409, "payee-of-own-guest")
    assert _approve(city, "finance") == (200, None)


def test_nor_where_somebody_is_paid_whom_that_owner_invited(city: City) -> None:
    jo = send(city, "finance", f"/{find_cafe(city)}/owners", name="Jo").json()["id"]
    order = {"name": "Kim", "owner": True}
    kim = city.http.post("/v1/partner/staff", json=order, headers=_as(city, jo)).json()["id"]
    _propose(city, kim)
    assert _approve(city, "finance") == (409, "payee-of-own-guest")
    assert _approve(city, "admin") == (200, None)


def test_a_code_that_an_administrator_gave_an_owner_who_was_there_counts_as_well(city: City) -> None:
    invite = {"person": city.staff["owner"]}
    assert city.http.post("/v1/staff-invitations", json=invite, headers=city.by("admin")).status_code == 201
    _propose(city, city.staff["owner"])
    assert _approve(city, "admin") == (409, "payee-of-own-guest")
    assert _approve(city, "finance") == (200, None)


@pytest.mark.parametrize(("who", "expected"), [("admin", (409, "payee-of-own-guest")), ("finance", (200, None))])
def test_payment_by_stripe_takes_the_other_officer_as_well(city: City, who: str, expected: object) -> None:
    jo = send(city, "admin", f"/{find_cafe(city)}/owners", name="Jo").json()["id"]
    _propose(city, jo)
    ready = text("UPDATE payees SET stripe_ready = true, stripe_account = 'acct_1'")
    city.runtime.database.in_transaction(lambda session: session.execute(ready))
    chosen = city.http.put("/v1/partner/payee/method", json={"method": "stripe"}, headers=_as(city, jo))
    assert chosen.json()["stripe_waits"] is True
    assert _approve(city, who, "/stripe") == expected
