"""What officers do about partners, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2

from app.core.ids import parse_public_id, public_id
from app.offers.queries import get_reward
from tests.api.city import City

FUNDER = 9
"""Whose pot the city has."""


def terms(rate_pence: int = 70, starts_on: str = "2026-11-23", **others: object) -> dict[str, Any]:
    """What is agreed, from tomorrow on."""
    agreed = {"rate_pence": rate_pence, "vat_treatment": "multi_purpose", "vat_percent": 20, "funder": FUNDER}
    return agreed | {"starts_on": starts_on} | others


def send(city: City, who: str, path: str, **order: object) -> httpx2.Response:
    return city.http.post(f"/v1/partners{path}", json=order, headers=city.by(who))


def propose_partner(city: City, *, name: str = "Leeds Bakery", starts_on: str = "2026-11-22") -> dict[str, Any]:
    """A bakery that finance proposes."""
    contract = terms(starts_on=starts_on)
    answer = send(city, "finance", "", name=name, kind="business", place="Kirkgate", contract=contract)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def find_cafe(city: City) -> str:
    """The id of the café, whose rewards the city has."""
    uuid = parse_public_id("rew", city.rewards["drink"])
    assert uuid is not None
    reward = city.runtime.database.in_transaction(lambda session: get_reward(session, public_id=uuid))
    return public_id("prt", reward.partner.public_id)


def agree(city: City, partner: str, contract: dict[str, Any]) -> dict[str, Any]:
    """A contract that finance proposes and the approver approves."""
    proposed = send(city, "finance", f"/{partner}/contracts", **contract)
    assert proposed.status_code == 201, proposed.text
    approved = send(city, "approver", f"/{partner}/contracts/{proposed.json()['id']}/approve")
    assert approved.status_code == 200, approved.text
    agreed: dict[str, Any] = approved.json()
    return agreed
