"""While earning stands still, what happens is kept and earns nothing; what happened before or after earns as ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rulebook.pauses import Paused, pause_scheme, resume_scheme
from tests.earning.world import World, ride

OFFICER = 1
PAUSED_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def pause(world: World) -> UUID:
    """Earning has been paused since PAUSED_AT."""
    return world.database.in_transaction(
        lambda session: (
            pause_scheme(
                session, what=Paused.EARNING, notice="We are mending something.", officer_id=OFFICER, now=PAUSED_AT
            ).id
        )
    )


@pytest.mark.usefixtures("pause")
def test_what_happens_during_a_pause_is_kept_earns_nothing_and_says_why(world: World) -> None:
    [result] = world.send([ride(1, PAUSED_AT, 5000)])
    assert (result.status, result.points, result.reasons) == ("recorded", 0, ("earning_paused",))
    assert "paused" in world.explain("urn:leeds:cycle-hire", "R-1").sentences[0]


@pytest.mark.usefixtures("pause")
def test_what_happened_before_the_pause_earns_though_it_arrives_during_it(world: World) -> None:
    [result] = world.send([ride(1, PAUSED_AT - timedelta(seconds=1), 5000)])
    assert result.status == "awarded"


def test_earning_goes_on_after_the_pause_and_what_was_missed_stays_missed(world: World, pause: UUID) -> None:
    world.send([ride(1, PAUSED_AT + timedelta(hours=1), 5000)])
    resumed_at = PAUSED_AT + timedelta(hours=2)
    world.database.in_transaction(
        lambda session: resume_scheme(session, pause=pause, officer_id=OFFICER, now=resumed_at)
    )
    [after, again, late] = world.send(
        [
            ride(2, resumed_at, 5000),
            ride(1, PAUSED_AT + timedelta(hours=1), 5000),
            ride(3, resumed_at - timedelta(minutes=1), 5000),
        ]
    )
    assert after.status == "awarded"
    assert (again.status, again.reasons) == ("duplicate", ("earning_paused",))
    assert (late.status, late.reasons) == ("recorded", ("earning_paused",))
