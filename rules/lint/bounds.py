"""Limits so high that they bound nothing."""

from collections.abc import Iterator
from typing import Final

from rules.document import Rule
from rules.lint.findings import Finding, Surroundings
from rules.parts import Limit, PointsEffect

# Nobody does in good faith a hundred times a day what a council rewards: a machine does.
MOST_AWARDS_A_DAY: Final = 100
# At a penny a point ten pounds, which no council gives one person for one day's good deeds.
MOST_POINTS_A_DAY: Final = 1_000
# Ten of the cheapest reward in a month from one rule is income, not thanks, and no budget is planned for it.
MOST_REWARDS_A_MONTH: Final = 10
# How many windows begin within 28 days; a validity or a lifetime is taken as one.
_WINDOWS: Final = {"day": 28, "week": 4, "month": 1, "validity": 1, "lifetime": 1}
_DAYS: Final = {"day": 1, "week": 7, "month": 30}


def find_unbounded(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    yield from _too_often(rule)
    yield from _too_much(rule, around)


def _too_often(rule: Rule) -> Iterator[Finding]:
    """Only where no limit bounds the rule any better."""
    lasting = [(index, limit) for index, limit in enumerate(rule.limits) if limit.per != "event"]
    if not all(limit.per in _DAYS and _is_high(limit) for _, limit in lasting):
        return
    index, limit = lasting[0]
    days = _DAYS[limit.per]
    if limit.points is not None:
        path, said, most = "points", f"{limit.points:,} points", f"{MOST_POINTS_A_DAY * days:,} points"
        usual = "the price of one reward is usual"
    else:
        path, said, most = "times", f"{limit.times:,} times", f"{MOST_AWARDS_A_DAY * days:,} times"
        usual = "once or twice a day is usual"
    yield Finding(
        "bounds_nothing",
        "warning",
        f"limits[{index}].{path}",
        f"{said} is more than anybody does in good faith, so this limit bounds nothing.",
        f"Set at most {most}; {usual}.",
    )


def _is_high(limit: Limit) -> bool:
    days = _DAYS[limit.per]
    if limit.points is not None:
        return limit.points > MOST_POINTS_A_DAY * days
    return limit.times is not None and limit.times > MOST_AWARDS_A_DAY * days


def _too_much(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    cheapest_points = around.cheapest_reward_points
    if not cheapest_points:
        return
    bounds = [
        (most, index)
        for index, limit in enumerate(rule.limits)
        if limit.per in _WINDOWS and (most := _points_of(rule, limit)) is not None
    ]
    if bounds and min(bounds)[0] > MOST_REWARDS_A_MONTH * cheapest_points:
        most_points, index = min(bounds)
        yield Finding(
            "worth_too_much",
            "warning",
            f"limits[{index}]",
            f"One resident can get {most_points:,} points in four weeks, more than {MOST_REWARDS_A_MONTH} times "
            f"the {cheapest_points:,} points of the cheapest reward.",
            f"Lower the limit until it allows {MOST_REWARDS_A_MONTH * cheapest_points:,} points in four weeks.",
        )


def _points_of(rule: Rule, limit: Limit) -> int | None:
    """In 28 days; None where the limit does not tell."""
    if limit.points is not None:
        return limit.points * _WINDOWS[limit.per]
    if limit.times is None or not isinstance(rule.effect, PointsEffect):
        return None
    return limit.times * rule.effect.points * _WINDOWS[limit.per]
