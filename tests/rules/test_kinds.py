"""Every kind of progress, effect and limit, one example each, with what a resident is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from rules.event import Event
from rules.explain import explain
from rules.fold import replay
from rules.places import Zone
from rules.shared import community_only, give_back, shared_counters
from tests.rules.making import HIRE, MONDAY, make_event, make_rule, timeline_of

Json = dict[str, Any]
WEEK = [{"scope": "resident_rule", "per": "week", "times": 9}]
EVER = [{"scope": "resident_rule", "per": "lifetime", "times": 9}]
POINTS = [{"scope": "resident_rule", "per": "week", "points": 100}]


def picks(*days: float, bags: int = 1, **more: Any) -> list[Event]:  # noqa: ANN401
    return [
        make_event(at=MONDAY + timedelta(days=day), data={"bags": bags}, name=f"{day:06.2f}", **more) for day in days
    ]


def points(rules: Json | Sequence[Json], events: list[Event]) -> list[int]:
    documents = [rules] if isinstance(rules, dict) else rules
    timeline = timeline_of(make_rule(**document) for document in documents)
    return [outcome.points for outcome in replay(timeline, events, None).outcomes]


def told(rules: Json | Sequence[Json], events: list[Event]) -> str:
    """Of the last event, the last rule's sentence; points in it add up to the award."""
    documents = [rules] if isinstance(rules, dict) else rules
    explanation = explain(timeline_of(make_rule(**document) for document in documents), events, events[-1].key, None)
    assert explanation.points == sum(rule.got for rule in explanation.rules)
    return explanation.rules[-1].sentence


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        ({"kind": "sum", "fact": "bags", "per": "week", "reach": 6, "repeat": False}, [0, 0, 5, 0, 0, 0]),
        ({"kind": "sum", "fact": "bags", "per": "week", "reach": 3, "repeat": True}, [0, 5, 5, 0, 5, 5]),
        ({"kind": "distinct_days", "per": "week", "reach": 2, "repeat": False}, [0, 0, 5, 0, 0, 0]),
        ({"kind": "distinct_days", "per": "week", "reach": 2, "repeat": True}, [0, 0, 5, 0, 0, 0]),
    ],
)
def test_sums_and_days_pay_when_they_are_reached(progress: Json, expected: list[int]) -> None:
    limits = POINTS if progress["kind"] == "sum" else WEEK
    assert points({"progress": progress, "limits": limits}, picks(0, 0.1, 1, 1.1, 2, 2.1, bags=2)) == expected


STREAK = {"kind": "streak_days", "reach": 3, "grace_days": 1, "repeat": True}


def test_a_streak_forgives_its_grace_and_no_more() -> None:
    rule = {"progress": STREAK, "limits": EVER}
    assert points(rule, picks(0, 1, 2)) == [0, 0, 5]
    assert points(rule, picks(0, 2, 3)) == [0, 0, 5]
    assert points(rule, picks(0, 3, 4)) == [0, 0, 0]
    assert points(rule, picks(0, 2, 4, 5)) == [0, 0, 0, 5]
    assert points(rule, picks(0, 0.1, 0.2, 1)) == [0, 0, 0, 0]
    assert told(rule, picks(0, 1)) == "Test: This is day 2 of 3 in a row."


def test_a_streak_that_repeats_begins_anew_and_another_is_paid_once() -> None:
    days = picks(*range(7))
    assert points({"progress": STREAK, "limits": EVER}, days) == [0, 0, 5, 0, 0, 5, 0]
    assert points({"progress": STREAK | {"repeat": False}, "limits": EVER}, days) == [0, 0, 5, 0, 0, 0, 0]


def test_a_streak_counts_dates_over_the_night_in_which_clocks_go_back() -> None:
    # 25 October 2026 has 25 hours: 48 days after Monday the 7th of September.
    rule = {"progress": STREAK | {"grace_days": 0}, "limits": EVER}
    assert points(rule, picks(47, 48, 49)) == [0, 0, 5]
    assert points(rule, picks(47, 49, 50)) == [0, 0, 0]


def test_a_sequence_pays_in_time_and_after_its_own_source_only() -> None:
    sequence = {"kind": "sequence", "after": "cycle.trip", "source": HIRE, "within_minutes": 60}
    rule = {"progress": sequence, "limits": WEEK}
    ride = make_event("cycle.trip", MONDAY - timedelta(minutes=60), {"distance_m": 1})
    late = make_event("cycle.trip", MONDAY - timedelta(minutes=61), {"distance_m": 1})
    weak = make_event("cycle.trip", MONDAY - timedelta(minutes=1), {"distance_m": 1}, evidence="any")
    assert points(rule, [ride, *picks(0)]) == [0, 5]
    assert points(rule, [late, *picks(0)]) == [0, 0]
    assert points(rule, [weak, *picks(0)]) == [0, 0]
    assert told(rule, picks(0)).endswith("It did not come within 1 hour after a resident rides a bike.")


GOAL = {"kind": "community", "fact": "bags", "per": "week", "reach": 10}


def test_the_community_reaches_its_goal_together_and_a_replay_moves_nothing() -> None:
    timeline = timeline_of([make_rule(progress=GOAL, limits=WEEK)])
    shared: dict[str, tuple[int, int, int]] = {}
    ada, ben = picks(0, bags=6), picks(0.1, 0.2, 0.3, bags=4)
    (name,) = shared_counters(timeline, [*ada, *ben])
    assert replay(timeline, ada, None, shared).outcomes[0].points == 0
    outcomes = replay(timeline, ben, None, shared).outcomes
    # Whoever takes part once it is reached is paid once.
    assert [outcome.points for outcome in outcomes] == [5, 0, 0]
    assert [outcome.shared for outcome in outcomes] == [{name: 10}, {name: 14}, {name: 18}]
    assert shared[name][1] == 18
    assert told({"progress": GOAL, "limits": WEEK}, picks(0, bags=3)) == (
        "Test: Together you have 3 of 10 bags this week."
    )


def test_a_late_pick_counts_in_the_week_in_which_it_happened() -> None:
    timeline = timeline_of([make_rule(progress=GOAL, limits=WEEK)])
    shared: dict[str, tuple[int, int, int]] = {}
    for day in (7, 0):
        replay(timeline, picks(day, bags=4), None, shared)
    assert sorted(value for _, value, _ in shared.values()) == [4, 4]


TWICE = {"kind": "multiply", "group": "g", "percent": 150}
GROUPED = {"id": "rul_a", "stacking": {"group": "g", "mode": "sum"}, "limits": WEEK}
EXTRA = {"id": "rul_m", "campaign": "cmp_extra", "effect": TWICE, "limits": POINTS}


def test_the_extra_points_are_a_line_of_their_own_and_halves_are_carried() -> None:
    timeline = timeline_of([make_rule(**GROUPED), make_rule(**EXTRA)])
    left = {"cmp_test": 100, "cmp_extra": 4}
    outcomes = replay(timeline, picks(0, 1, 2), left).outcomes
    assert [[(line.campaign, line.got) for line in outcome.lines] for outcome in outcomes] == [
        [("cmp_test", 5), ("cmp_extra", 2)],
        [("cmp_test", 5), ("cmp_extra", 2)],
        [("cmp_test", 5), ("cmp_extra", 0)],
    ]
    assert points([GROUPED, EXTRA], picks(0, 1, 2)) == [7, 8, 7]


def test_what_is_not_in_the_group_is_not_multiplied() -> None:
    assert points([{"id": "rul_a", "limits": WEEK}, EXTRA], picks(0)) == [5]
    assert told([{"id": "rul_a", "limits": WEEK}, EXTRA], picks(0)).endswith("none of them paid for this.")


OPENER = {"id": "rul_o", "effect": {"kind": "unlock", "challenge": "c"}, "limits": WEEK,
          "progress": {"kind": "count", "per": "week", "reach": 2, "repeat": False}}  # fmt: skip
OPENED = {"id": "rul_p", "trigger": "challenge.unlocked", "source": "urn:leeds:test", "limits": WEEK,
          "when": [{"fact": "challenge", "op": "is", "value": "c"}]}  # fmt: skip


def test_a_challenge_is_unlocked_and_rewarded_in_the_same_step() -> None:
    timeline = timeline_of([make_rule(**OPENER), make_rule(**OPENED)])
    outcomes = replay(timeline, picks(0, 1, 2), None).outcomes
    assert [outcome.points for outcome in outcomes] == [0, 5, 0]
    (emitted,) = outcomes[1].emits
    assert (emitted.type, emitted.rule, dict(emitted.data)) == ("challenge.unlocked", "rul_o", {"challenge": "c"})
    assert len(emitted.id) == 32
    assert replay(timeline, picks(0, 1, 2), None).outcomes[1].emits == (emitted,)
    assert told([OPENER, OPENED], picks(0, 1)) == "Test: 5 points."


def test_a_challenge_alone_earns_nothing_and_says_so() -> None:
    outcome = replay(timeline_of([make_rule(**OPENER)]), picks(0, 1), None).outcomes[1]
    assert (outcome.points, outcome.reasons, len(outcome.emits)) == (0, ("unlocked",), 1)


HOME = {"limits": [*WEEK, {"scope": "household", "per": "week", "points": 7}]}


def test_a_household_shares_one_limit() -> None:
    timeline = timeline_of([make_rule(**HOME)])
    shared: dict[str, tuple[int, int, int]] = {}
    (ada,) = picks(0, resident={"household": "h"})
    (ben,) = picks(1, resident={"household": "h"})
    (cem,) = picks(1, resident={"household": "other"})
    (dan,) = picks(1)
    got = [replay(timeline, [event], None, shared).outcomes[0] for event in (ada, ben, cem, dan)]
    assert [outcome.points for outcome in got] == [5, 2, 5, 5]
    assert got[1].lines[0].limited_by == "limit:household:week"
    assert list(got[1].shared.values()) == [5]
    assert got[3].shared == {}
    assert sorted(value for _, value, _ in shared.values()) == [5, 7]


def test_what_a_refold_gives_back_another_of_the_household_may_have() -> None:
    timeline = timeline_of([make_rule(**HOME)])
    shared: dict[str, tuple[int, int, int]] = {}
    (ada,) = picks(0, resident={"household": "h"})
    (ben,) = picks(1, resident={"household": "h"})
    outcome = replay(timeline, [ada], None, shared).outcomes[0]
    give_back(timeline, [(ada, outcome.lines)], shared)
    assert community_only(outcome.shared) == {}
    assert replay(timeline, [ben], None, shared).outcomes[0].points == 5


def test_a_circle_and_a_zone_have_edges() -> None:
    # A kilometre east of the middle of Leeds is 15,227 millionths of a degree, for meridians draw together.
    circle = {"latitude_e6": 53_797_500, "longitude_e6": -1_543_000, "radius_m": 1_000}
    square = [(53_797_000, -1_544_000), (53_797_000, -1_540_000), (53_799_000, -1_540_000), (53_799_000, -1_544_000)]
    outline = tuple({"latitude_e6": north, "longitude_e6": east} for north, east in square)
    zone = Zone.model_validate({"name": "middle", "title": "Middle", "outline": outline})
    within = make_rule(id="rul_c", limits=WEEK, when=[{"fact": "location", "op": "within", "value": circle}])
    inside = make_rule(id="rul_z", limits=WEEK, when=[{"fact": "zone", "op": "is", "value": "middle"}])
    timeline = timeline_of([within, inside], [zone])

    def lines(longitude_e6: int) -> list[str]:
        where = {"bags": 1, "latitude_e6": 53_797_500, "longitude_e6": longitude_e6}
        return [line.rule for line in replay(timeline, [make_event(data=where)], None).outcomes[0].lines]

    assert lines(-1_543_000) == ["rul_c", "rul_z"]
    assert lines(-1_540_001) == ["rul_c", "rul_z"]
    assert lines(-1_539_999) == ["rul_c"]
    assert lines(-1_543_000 + 15_220) == ["rul_c"]
    assert lines(-1_543_000 + 15_235) == []
