"""What a forecast works out, in whole numbers, and the sentences that lead there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.rulebook.forecast.assumptions import Assumptions, Estimate
from app.rulebook.forecast.working import work_out
from rules.document import Rule, read_rule
from tests.rulebook.drafting.desk import make_rides_document

PEOPLE, SHARE, TIMES = Estimate(1_000, 2_000, 4_000), Estimate(5, 10, 20), Estimate(1, 2, 3)
SAID = Assumptions(PEOPLE, SHARE, TIMES, "week", None, "Take-up of the travel plan survey of 2025")
METRES = Assumptions(PEOPLE, SHARE, TIMES, "week", Estimate(1_000, 2_500, 5_000), "The survey of 2025")
POINTS = Assumptions(PEOPLE, Estimate(1, 1, 1), Estimate(1, 1, 1), "validity", Estimate(5, 5, 5), "The survey of 2025")
FOR_EVER = [{"scope": "resident_rule", "per": "validity", "points": 1_000_000}]


def make(**changes: Any) -> Rule:  # noqa: ANN401 - parts of a document
    return read_rule(msgspec.json.encode(make_rides_document(examples=[]) | changes))


def test_people_times_share_times_how_often_is_told_step_by_step() -> None:
    central = work_out(make(), SAID, "central")
    # From Tuesday 1 September 2026 to 31 August 2027 the offer touches 53 weeks.
    assert (central.taking_part, central.times_each, central.points_each, central.points) == (200, 106, 318, 63_600)
    assert central.steps == (
        "Of 2,000 people, 10% take part: 200.",
        "Each of them earns it twice a week (Monday to Sunday). The offer lasts 53 weeks, so that is 106 times.",
        "They get 3 points each time: 318 points each.",
        "200 people with 318 points each come to 63,600 points.",
    )
    assert work_out(make(), SAID, "low").points == 50 * 53 * 3
    assert work_out(make(), SAID, "high").points == 800 * 159 * 3


def test_limits_hold_back_what_is_assumed() -> None:
    monthly = {"scope": "resident_rule", "per": "month", "times": 2}
    together = {"scope": "household", "per": "validity", "points": 50}
    central = work_out(make(limits=[monthly, together]), SAID, "central")
    assert (central.times_each, central.points_each, central.points) == (24, 50, 10_000)
    told = "The limit of at most 50 points while this offer lasts per household leaves 50 points"
    assert central.steps[2:5] == (
        "The limit of at most twice a calendar month per resident leaves 24 times.",
        "They get 3 points each time: 72 points each.",
        f"{told}, as if everybody lived alone.",
    )


@pytest.mark.parametrize(
    ("progress", "times_each"),
    [
        ({"kind": "count", "per": "month", "reach": 4}, 12),
        ({"kind": "distinct_days", "per": "validity", "reach": 4}, 1),
        ({"kind": "distinct_days", "per": "week", "reach": 4, "repeat": True}, 92),
        ({"kind": "streak_days", "reach": 5}, 1),
        ({"kind": "streak_days", "reach": 5, "repeat": True}, 73),
        ({"kind": "community", "per": "validity", "reach": 10_000}, 1),
        ({"kind": "count", "per": "week", "reach": 1, "repeat": True}, 106),
    ],
)
def test_nobody_reaches_a_goal_more_often_than_it_can_be_reached(progress: dict[str, Any], times_each: int) -> None:
    rule = make(progress=progress, limits=FOR_EVER)
    assert work_out(rule, SAID, "central").times_each == times_each


def test_a_rate_is_paid_for_what_comes_each_time() -> None:
    rate = {"kind": "rate", "fact": "distance_m", "points": 1, "every": 1_000}
    rule = make(effect=rate, limits=[{"scope": "resident_rule", "per": "day", "points": 20}], when=[])
    central = work_out(rule, METRES, "central")
    # What is left over of 2,500 metres is carried: 106 times 2.5 kilometres.
    assert central.points_each == 265
    told = "They get 2,500 metres of distance each time, and 1 point for every 1,000 metres: 265 points each."
    assert central.steps[2] == told


def test_a_multiplier_pays_its_part_of_what_the_group_pays() -> None:
    rule = make(effect={"kind": "multiply", "group": "rides", "percent": 150}, limits=FOR_EVER, when=[])
    high = work_out(rule, POINTS, "high")
    assert (high.points_each, high.points) == (2, 80)


def test_a_share_of_a_person_is_a_whole_one() -> None:
    odd = Assumptions(Estimate(1, 101, 1_001), Estimate(1, 1, 1), TIMES, "day", None, "A guess")
    assert [work_out(make(), odd, level).taking_part for level in ("low", "central", "high")] == [1, 2, 11]
