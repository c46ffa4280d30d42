"""A pass that starts at 09:30 keeps nobody from the early trip: there is an alternative that its holder can meet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.residents.service import enrol_resident, link_card
from tests.earning.world import START, World, tap

EARLY, LATER = datetime(2026, 11, 17, 7, 10, tzinfo=UTC), datetime(2026, 11, 17, 9, 40, tzinfo=UTC)


def _join(world: World, card: int, pass_type: str | None) -> None:
    def serve(session: Session) -> None:
        resident = enrol_resident(
            session,
            name="A",
            connection="live",
            ward=None,
            pass_type=pass_type,
            enrolled_at=START,
            now=START,
        )
        link_card(
            session,
            resident_id=resident.id,
            subject=f"card:{card}",
            source_id=None,
            keys=world.keys,
            enrolled_at=START,
        )

    world.database.in_transaction(serve)


@pytest.mark.parametrize(
    ("pass_type", "points"), [(None, (10, 0)), ("adult", (10, 0)), ("senior", (10, 10)), ("disabled", (10, 10))]
)
def test_who_may_travel_from_half_past_nine_earns_for_a_trip_soon_after(
    world: World, pass_type: str | None, points: tuple[int, int]
) -> None:
    _join(world, 50, pass_type)
    _join(world, 51, pass_type)
    early, later = world.send([tap(1, EARLY, card=50), tap(2, LATER, card=51)])
    assert (early.points, later.points) == points


def test_a_pass_that_nobody_knows_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(IntegrityError):
        _join(world, 50, "millionaire")
