"""One rule about bike rides and its later versions, and the days on which they change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from app.rulebook.publishing import Choice, Scheduled, schedule_version
from app.rulebook.stopping import Stop, stop_rule
from rules.document import Rule
from tests.earning.world import RIDES, World, ride
from tests.rules.making import make_rule

OFFICER = 7
TUESDAY = datetime(2026, 9, 15, 12, tzinfo=UTC)
WEDNESDAY_ON = date(2026, 9, 16)
FAR = [{"fact": "distance_m", "op": "at_least", "value": 2_000}]


def make_rides(version: int = 1, points: int = 50, **changes: Any) -> Rule:  # noqa: ANN401 - parts of a document
    """Points on reaching three rides in a week, once a week."""
    return make_rule(
        **{
            "id": "rul_rides",
            "version": version,
            "trigger": "cycle.trip",
            "source": RIDES,
            "evidence": "any",
            "progress": {"kind": "count", "per": "week", "reach": 3, "repeat": False},
            "effect": {"kind": "points", "points": points},
            "limits": [{"scope": "resident_rule", "per": "week", "times": 1}],
        }
        | changes
    )


def schedule(
    world: World, rule: Rule, on: date = WEDNESDAY_ON, progress: Choice | None = None, *, now: datetime = TUESDAY
) -> Scheduled:
    """In a transaction of its own."""
    return world.database.in_transaction(
        lambda session: schedule_version(session, rule=rule, on=on, progress=progress, officer_id=OFFICER, now=now)
    )


def stop(world: World, now: datetime, *, honour: bool = False, key: str = "rul_rides") -> Stop:
    """In a transaction of its own."""
    return world.database.in_transaction(
        lambda session: stop_rule(
            session, key=key, reason="The counter was wrong.", honour=honour, officer_id=OFFICER, now=now
        )
    )


def earn(world: World, number: int, at: datetime, metres: int = 3_000) -> int:
    """The points of one ride, sent as it ends."""
    (result,) = world.send([ride(number, at, metres)], at=at)
    return result.points
