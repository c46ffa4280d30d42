"""Tap farming: however somebody taps about, a day pays no more than its rules' limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.residents.service import enrol_resident, link_card
from tests.earning.world import START, World, build_world, tap

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
A_DAY_AT_MOST = 10 + 10 + 50 + 70
"""The early trip, its double, ten trips in a week and seven days in a row, if all could be met on one day."""
STOPS = ("450010441", "450010442", "450010443")
TAPS_OF_A_DAY = st.lists(
    st.tuples(st.integers(0, 24 * 60 - 1), st.sampled_from(("on", "off", "unknown")), st.sampled_from(STOPS)),
    min_size=1,
    max_size=60,
)


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    return build_world(rolled_back, secrets, residents=1)


def _join(world: World) -> int:
    """A card of a new resident of a ward where early trips pay double."""
    number = len(world.residents)

    def join(session: Session) -> int:
        made = enrol_resident(
            session, name="Tapper", connection="live", ward="Middleton Park", enrolled_at=START, now=START
        )
        link_card(
            session, resident_id=made.id, subject=f"card:{number}", source_id=None, keys=world.keys, enrolled_at=START
        )
        return made.id

    world.residents.append(world.database.in_transaction(join))
    return number


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data(), taps=TAPS_OF_A_DAY)
def test_points_of_a_day_stay_within_the_limits_in_any_order(
    world: World, data: st.DataObject, taps: list[tuple[int, str, str]]
) -> None:
    card = _join(world)
    sent = [
        tap(card * 1000 + number, MONDAY + timedelta(minutes=minute), card=card, leg=leg, stop=stop)
        for number, (minute, leg, stop) in enumerate(taps)
    ]
    results = [one for event in data.draw(st.permutations(sent)) for one in world.send([event])]
    assert sum(one.points + one.adjusted for one in results) <= A_DAY_AT_MOST


def test_tapping_in_and_out_at_one_stop_all_day_is_no_trip(world: World) -> None:
    """Every three minutes in, and out again a minute later, at the same stop."""
    sent = [
        tap(number, MONDAY + timedelta(hours=5, minutes=number * 3 // 2), leg="off" if number % 2 else "on")
        for number in range(200)
    ]
    assert sum(one.points + one.adjusted for one in world.send(sent)) == 0


def test_taps_within_an_hour_are_one_trip(world: World) -> None:
    """A tap a minute for ten hours: as many trips as an honest passenger has who boards once an hour."""
    busy = [tap(number, MONDAY + timedelta(hours=9, minutes=number), stop=STOPS[number % 3]) for number in range(600)]
    results = world.send(busy)
    trips = [one for one in results if "part_of_trip" not in one.reasons]
    assert len(trips) <= 600 // 60
