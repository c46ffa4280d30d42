"""Order, late events, settled replays and new versions."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from rules.artefact import Artefact, Timeline
from rules.errors import NeedsReplay
from rules.event import Event
from rules.fold import fold, replay
from rules.packs import LEEDS, load_pack
from rules.state import State
from tests.rules.living import Life
from tests.rules.making import LONG_AGO, MONDAY, make_event, make_rule, make_tap, timeline_of

WEEK = [{"scope": "resident_rule", "per": "week", "times": 7}]
GOAL = {"kind": "count", "per": "week", "reach": 3, "repeat": False}
DAY = timedelta(days=1)


def pick(day: float, name: str | None = None) -> Event:
    return make_event(at=MONDAY + day * DAY, data={"bags": 1}, name=name or f"{day:05.2f}")


def test_an_event_that_comes_late_asks_for_a_replay_and_changes_nothing() -> None:
    timeline, left = timeline_of([make_rule()]), {"cmp_test": 10}
    state = fold(timeline, State(), [pick(2)], left).state
    with pytest.raises(NeedsReplay, match="out_of_order"):
        fold(timeline, state, [pick(3), pick(1)], left)
    assert left == {"cmp_test": 5}


def test_the_same_event_again_asks_for_a_replay() -> None:
    timeline = timeline_of([make_rule()])
    state = fold(timeline, State(), [pick(1)], None).state
    with pytest.raises(NeedsReplay):
        fold(timeline, state, [pick(1)], None)


def test_a_late_trip_that_completes_ten_is_paid_to_the_trip_that_became_the_tenth() -> None:
    life = Life(
        timeline_of(rule for rule in load_pack(LEEDS) if rule.id == "rul_ten_trips"), {"cmp_get_on_board": 1_000}
    )
    trips = [make_tap(600 * number) for number in range(10)]
    late = trips.pop(4)
    for trip in trips:
        life.take([trip])
    assert sum(outcome.points for outcome in life.outcomes.values()) == 0
    life.take([late])
    assert {key: outcome.points for key, outcome in life.outcomes.items() if outcome.points} == {trips[-1].key: 50}
    assert (life.replays, life.remaining) == (1, {"cmp_get_on_board": 950})


def test_a_settled_event_gets_again_exactly_what_it_got() -> None:
    rules = [make_rule(id="rul_a", limits=WEEK), make_rule(id="rul_b", limits=WEEK)]
    timeline, left = timeline_of(rules), {"cmp_test": 17}
    events = [pick(day) for day in range(3)]
    first = replay(timeline, events, left)
    pinned = [
        replace(event, pinned={line.rule: line.got for line in outcome.lines})
        for event, outcome in zip(events, first.outcomes, strict=True)
    ]
    now = {"cmp_test": 1_000}
    again = replay(timeline, pinned, now)
    assert (again.outcomes, again.state) == (first.outcomes, first.state)
    assert now == {"cmp_test": 1_000}
    assert replay(timeline, events, now).outcomes != first.outcomes


def test_changing_the_points_keeps_everybodys_progress_and_limits() -> None:
    first = make_rule(progress=GOAL, limits=WEEK)
    second = make_rule(
        progress=GOAL, limits=WEEK, version=2, effect={"kind": "points", "points": 9}, title={"en": "New"}
    )
    timeline = Timeline([(LONG_AGO, Artefact.publish([first])), (MONDAY + 1.5 * DAY, Artefact.publish([second]))])
    outcomes = replay(timeline, [pick(day) for day in range(5)], None).outcomes
    assert [outcome.points for outcome in outcomes] == [0, 0, 9, 0, 0]


def test_changing_the_filter_begins_new_progress() -> None:
    first = make_rule(progress=GOAL, limits=WEEK)
    second = make_rule(progress=GOAL, limits=WEEK, version=2, when=[{"fact": "bags", "op": "at_least", "value": 1}])
    timeline = Timeline([(LONG_AGO, Artefact.publish([first])), (MONDAY + 1.5 * DAY, Artefact.publish([second]))])
    assert [one.points for one in replay(timeline, [pick(day) for day in range(5)], None).outcomes] == [0, 0, 0, 0, 5]


def test_an_event_before_the_first_artefact_finds_no_rule() -> None:
    timeline = Timeline([(MONDAY, Artefact.publish([make_rule()]))])
    outcomes = replay(timeline, [pick(-1), pick(0)], None).outcomes
    assert [(one.points, one.reasons) for one in outcomes] == [(0, ("no_rule",)), (5, ())]


def test_an_event_of_an_unknown_type_finds_no_rule() -> None:
    assert replay(timeline_of([make_rule()]), [make_event("moon.landing")], None).outcomes[0].reasons == ("no_rule",)


def test_no_events_change_nothing() -> None:
    state = State(last=(1, "a", "b"))
    assert fold(timeline_of([make_rule()]), state, [], None).state is state


def test_the_state_keeps_current_windows_only() -> None:
    limits = [{"scope": "resident_rule", "per": per, "points": 99} for per in ("day", "week", "month", "lifetime")]
    timeline = timeline_of([make_rule(progress=GOAL | {"reach": 1, "per": "day"}, limits=limits)])
    folded = replay(timeline, [pick(0)], None)
    assert {name.split("/")[1] for name in folded.state.registers} == {"day", "week", "month", "lifetime"}
    later = fold(timeline, folded.state, [make_event("checkin.scan", MONDAY + 40 * DAY)], None)
    assert {name.split("/")[1] for name in later.state.registers} == {"lifetime"}


def test_equal_states_are_stored_as_equal_bytes() -> None:
    one = State(registers={"a/day/x": (1, 2, 3), "b/day/x": (4, 5, 6)}, last=(7, "s", "布吉"))
    other = State(registers={"b/day/x": (4, 5, 6), "a/day/x": (1, 2, 3)}, last=(7, "s", "布吉"))
    assert one.to_bytes() == other.to_bytes()
    assert State.from_bytes(one.to_bytes()) == one
