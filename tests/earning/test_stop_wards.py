"""A rule may ask in which ward a stop lies; what it was told is kept with the event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.queries import get_event
from app.residents.places.queries import find_stop_wards
from app.residents.places.synthetic import load_synthetic_places
from rules.document import Rule
from tests.earning.world import TAPS, World, build_world, tap
from tests.rules.making import make_rule

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
STOP = "450010441"


def _rule(ward: str) -> Rule:
    asked = [{"fact": "stop.ward", "op": "is", "value": ward}]
    return make_rule(trigger="transit.trip", source=TAPS, when=asked, effect={"kind": "points", "points": 7})


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    """The stops are known, and trips from the ward of STOP earn 7 points."""
    rolled_back.in_transaction(load_synthetic_places)
    [ward] = rolled_back.in_transaction(lambda session: find_stop_wards(session, stops=[STOP])).values()
    return build_world(rolled_back, secrets, rules=[_rule(ward)])


def test_a_trip_from_a_stop_in_the_ward_earns_and_from_elsewhere_does_not(world: World) -> None:
    first, second = world.send([tap(1, MONDAY, stop=STOP), tap(2, MONDAY + timedelta(days=1), stop="nowhere")])
    assert (first.points, second.points) == (7, 0)
    assert second.reasons == ("conditions_not_met",)


def test_a_sender_cannot_say_the_ward(world: World) -> None:
    sent = tap(1, MONDAY, stop="nowhere")
    sent["data"] = {"mode": "bus", "leg": "on", "stop": "nowhere", "stop.ward": "Armley"}
    [result] = world.send([sent])
    assert result.refusal is not None
    assert result.refusal.code == "data-invalid"


def test_a_stop_that_moves_to_another_ward_changes_nothing_that_was_decided(world: World) -> None:
    world.send([tap(1, MONDAY, stop=STOP)])
    world.database.in_transaction(lambda session: session.execute(text("UPDATE stops SET ward_code = 'E05099902'")))
    [late] = world.send([tap(2, MONDAY - timedelta(days=1), stop=STOP)])
    kept = world.database.in_transaction(lambda session: get_event(session, source=TAPS, external_id="T-1"))
    assert kept.points == 7
    assert (late.points, late.adjusted) == (0, 0)
    [again] = world.send([tap(1, MONDAY, stop=STOP)])
    assert again.status == "duplicate"
