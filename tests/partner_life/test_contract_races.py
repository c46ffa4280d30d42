"""A contract and a reward of one partner, approved at the same moment, never promise more than stands behind points."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.core.database import Database
from app.core.ids import parse_public_id
from app.core.secret_store import Secrets
from app.identity.queries import find_officer
from app.ledger.errors import CostAboveBacking
from app.offers.contracts.service import approve_contract
from app.offers.proposals.deciding import approve_proposal
from tests.api.city import City, build_city
from tests.partner_life.office import find_cafe, send, terms


def test_whoever_approves_second_sees_what_the_first_has_agreed(
    database: Database, secrets: Secrets, now: datetime
) -> None:
    city = build_city(database, secrets, now)
    cafe = find_cafe(city)
    contract = send(city, "finance", f"/{cafe}/contracts", **terms(95)).json()["id"]
    change = _propose_cheaper(city)
    officer = database.in_transaction(lambda session: find_officer(session, written=city.officers["approver"]))
    assert officer is not None
    partner, agreement = parse_public_id("prt", cafe), parse_public_id("con", contract)
    assert partner is not None
    assert agreement is not None

    def approve_change(session: Session) -> None:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        approve_proposal(session, proposal=change, officer=officer, now=now)

    def approve_both(session: Session) -> None:
        approve_contract(session, partner=partner, contract=agreement, officer=officer, now=now)
        with pytest.raises(DBAPIError) as waiting:
            database.in_transaction(approve_change)
        assert isinstance(waiting.value.orig, LockNotAvailable)

    database.in_transaction(approve_both)
    with pytest.raises(CostAboveBacking):
        database.in_transaction(approve_change)


def _propose_cheaper(city: City) -> UUID:
    """The hot drink for 90 points, which may cost 90 pence at most."""
    path = f"/v1/partner/rewards/{city.rewards['drink']}"
    read = city.http.get(path, headers=city.by("owner"))
    headers = city.by("owner") | {"If-Match": read.headers["ETag"]}
    waiting = city.http.patch(path, json={"points": 90}, headers=headers).json()["waiting"]
    proposal = parse_public_id("rpr", waiting["id"])
    assert proposal is not None
    return proposal
