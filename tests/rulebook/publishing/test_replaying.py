"""The past stays as it was judged: explanations and replays go by the artefact in force when things happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.earning.records import load_kept
from app.rulebook.queries import load_timeline
from rules.fold import replay
from tests.earning.world import RIDES, World
from tests.rulebook.publishing.rulemaking import FAR, TUESDAY, WEDNESDAY_ON, earn, make_rides, schedule, stop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EACH_RIDE: dict[str, Any] = {"progress": None, "limits": [{"scope": "resident_rule", "per": "day", "times": 9}]}


def live_through_changes(world: World) -> list[int]:
    """Points, then the filter carried over, then a rule more, then a stop; rides all along, and one that is late."""
    earned = [earn(world, 1, TUESDAY - HOUR), earn(world, 2, TUESDAY)]
    schedule(world, make_rides(2, 80), now=TUESDAY)
    schedule(world, make_rides(3, 90, when=FAR), WEDNESDAY_ON + DAY, progress="carry_over", now=TUESDAY)
    schedule(world, make_rides(1, 5, id="rul_each", **EACH_RIDE), WEDNESDAY_ON + 2 * DAY, now=TUESDAY)
    earned.append(earn(world, 3, TUESDAY + DAY))
    earned += [earn(world, 10 + day, TUESDAY + day * DAY) for day in range(2, 9)]
    stop(world, TUESDAY + 9 * DAY)
    earned += [earn(world, 20 + day, TUESDAY + day * DAY + HOUR) for day in range(9, 12)]
    earned.append(earn(world, 30, TUESDAY + 8 * DAY + HOUR))
    return earned


def test_replaying_the_stored_events_gives_the_very_lines_stored(world: World) -> None:
    earned = live_through_changes(world)
    assert sum(earned) > 80
    timeline = world.database.in_transaction(load_timeline)
    assert len(timeline.entries) == 5
    kept = world.database.in_transaction(lambda session: load_kept(session, resident_ids=world.residents))
    events = kept[world.residents[0]]
    folded = replay(timeline, [known.as_decided() for known in events], None)
    assert [outcome.lines for outcome in folded.outcomes] == [known.lines for known in events]
    assert {line.version for known in events for line in known.lines if line.rule == "rul_rides"} == {2, 3}


def test_an_old_event_is_explained_by_the_rules_of_its_day_after_they_changed(world: World) -> None:
    earn(world, 1, TUESDAY - 2 * HOUR)
    earn(world, 2, TUESDAY - HOUR)
    assert earn(world, 3, TUESDAY) == 50
    before = world.explain(RIDES, "R-3")
    schedule(world, make_rides(2, 80), now=TUESDAY)
    schedule(world, make_rides(3, 90, when=FAR), WEDNESDAY_ON + DAY, progress="restart", now=TUESDAY)
    assert world.explain(RIDES, "R-3") == before
    stop(world, TUESDAY + 3 * DAY)
    earn(world, 4, TUESDAY + 4 * DAY)
    assert world.explain(RIDES, "R-3") == before
    assert before.trace is not None
    assert [rule.version for rule in before.trace.rules] == [1]
