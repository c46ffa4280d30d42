"""The arithmetic of a forecast, in whole numbers, with a sentence for each step.

It rounds people and times up and takes the most that limits allow, so that a budget set aside by it is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.rulebook.forecast.assumptions import Assumptions, Level
from app.rulebook.forecast.stretches import NAMES, count_stretches, find_most_goals
from rules.catalogue import EVENT_TYPES, facts_about
from rules.document import Rule
from rules.parts import Limit, Multiply, Rate, Unlock
from rules.sentence import say_limit
from rules.wording import WINDOWS, points, shown, times

_PERCENT = 100


@dataclass(frozen=True)
class Working:
    """`points` are what the rule asks for over its validity, limits respected, whatever the budget has."""

    taking_part: int
    times_each: int
    points_each: int
    points: int
    steps: tuple[str, ...]


def work_out(rule: Rule, said: Assumptions, level: Level) -> Working:
    """One of the three estimates."""
    people, share = said.people.at(level), said.share_percent.at(level)
    taking_part = -(-people * share // _PERCENT)
    steps = [f"Of {people:,} people, {share}% take part: {taking_part:,}."]
    times_each = _work_out_times(rule, said, level, steps)
    points_each = _work_out_points(rule, said, level, times_each, steps)
    total = taking_part * points_each
    steps.append(f"{taking_part:,} people with {points(points_each)} each come to {points(total)}.")
    return Working(taking_part, times_each, points_each, total, tuple(steps))


def _work_out_times(rule: Rule, said: Assumptions, level: Level, steps: list[str]) -> int:
    """How often each of them earns it in all."""
    each, stretches = said.times.at(level), count_stretches(rule.validity, said.per)
    number = each * stretches
    lasts = (
        f" The offer lasts {stretches:,} {NAMES[said.per]}, so that is {times(number)}." if said.per in NAMES else ""
    )
    steps.append(f"Each of them earns it {times(each)} {WINDOWS[said.per]}.{lasts}")
    most = find_most_goals(rule)
    if most is not None and most < number:
        number = most
        steps.append(f"The goal can't be reached more than {times(most)} in that time.")
    for limit in rule.limits:
        if limit.times is None or limit.per == "event":
            continue
        most = limit.times * count_stretches(rule.validity, limit.per)
        if most < number:
            number = most
            steps.append(f"The limit of {say_limit(limit)} leaves {times(most)}{_alone(limit)}.")
    return number


def _work_out_points(rule: Rule, said: Assumptions, level: Level, times_each: int, steps: list[str]) -> int:
    """What each of them gets in all."""
    effect, amount = rule.effect, 0 if said.amount is None else said.amount.at(level)
    match effect:
        case Rate():
            facts, _ = facts_about(EVENT_TYPES[rule.trigger])
            fact = facts[effect.fact]
            number = amount * times_each * effect.points // effect.every
            told = (
                f"{shown(fact.name, amount, fact.unit)} of {fact.label} each time, and {points(effect.points)} for"
                f" every {shown(fact.name, effect.every, fact.unit)}"
            )
        case Multiply():
            # Hundredths are carried from time to time, so only what is left over in the end is lost.
            number = amount * times_each * (effect.percent - _PERCENT) // _PERCENT
            told = f"another {effect.percent - _PERCENT}% of {points(amount)} each time"
        case Unlock():
            number, told = 0, "a challenge, which gives no points itself"
        case _:
            number, told = effect.points * times_each, f"{points(effect.points)} each time"
    steps.append(f"They get {told}: {points(number)} each.")
    for limit in rule.limits:
        if limit.points is None:
            continue
        most = limit.points * (times_each if limit.per == "event" else count_stretches(rule.validity, limit.per))
        if most < number:
            number = most
            steps.append(f"The limit of {say_limit(limit)} leaves {points(most)}{_alone(limit)}.")
    return number


def _alone(limit: Limit) -> str:
    return ", as if everybody lived alone" if limit.scope == "household" else ""
