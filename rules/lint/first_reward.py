"""How long a typical participant works towards the first reward, told by the very engine that pays."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from rules.artefact import Artefact, Timeline
from rules.catalogue import CHALLENGE, EVENT_TYPES, Fact
from rules.clock import LONDON, WEEKDAYS
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.event import Event, Value
from rules.fold import replay
from rules.lint.findings import Finding, Surroundings
from rules.lint.reach import Way, alternatives, facts_of, ways_of
from rules.lint.typical import QUANTITIES, TIMES_PER_4_WEEKS
from rules.parts import Community, Multiply, PointsEffect, Rate, Unlock
from rules.parts import Sequence as Following

MOST_WEEKS: Final = 3
_FOR_GOOD: Final = ("validity", "lifetime")
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_FOUR_WEEKS_DAYS: Final = 28
_WEEK_DAYS: Final = 7
# Before the act itself; no sequence may ask for less than a minute.
_BEFORE_SECONDS: Final = 30


def find_slow(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    """Where the price of the cheapest reward is not known, the first award counts as one.

    Silent about rules that pay once for good or to all together, that multiply or open others, and that ask for a
    place: the one is a gift and no way to a reward, the others depend on more than one person does. Silent too about
    a rule valid for less time than the weeks it is measured by.
    """
    typical = around.typical_per_4_weeks.get(rule.trigger, TIMES_PER_4_WEEKS.get(rule.trigger, 0))
    ways = ways_of(rule)
    if not typical or not ways or _is_silent(rule):
        return
    wanted = around.cheapest_reward_points or 1
    try:
        timeline = Timeline([(_EVER, Artefact.publish([rule]))])
    except RuleSetRefused:
        return
    best_points = max(
        sum(outcome.points for outcome in replay(timeline, _live(rule, way, typical), None).outcomes) for way in ways
    )
    if best_points < wanted:
        reward = f"the {wanted:,} points of the cheapest reward" if around.cheapest_reward_points else "any points"
        yield Finding(
            "slow_to_first_reward",
            "warning",
            "progress" if rule.progress else "effect",
            f"A typical participant ({typical} {EVENT_TYPES[rule.trigger].many} in four weeks) has {best_points:,} "
            f"points from this rule after {MOST_WEEKS} weeks, which does not reach {reward}.",
            _mend(rule, best_points, wanted),
        )


def _mend(rule: Rule, best_points: int, wanted: int) -> str:
    if not best_points or not isinstance(rule.effect, PointsEffect | Rate):
        return "Ask for less before the first points."
    enough_points = -(-rule.effect.points * wanted // best_points)
    return (
        f"Pay {enough_points:,} points instead of {rule.effect.points:,}, with limits that allow it, "
        f"or offer a reward for {best_points:,} points."
    )


def _is_silent(rule: Rule) -> bool:
    about_event, _ = facts_of(rule)
    once = rule.progress is None and any(limit.times == 1 and limit.per in _FOR_GOOD for limit in rule.limits)
    placed = any(about_event[one.fact].place for clause in rule.when for one in alternatives(clause))
    short = (rule.validity.until - rule.validity.start).days < (MOST_WEEKS + 1) * _WEEK_DAYS
    other = isinstance(rule.progress, Community) or isinstance(rule.effect, Multiply | Unlock)
    return once or placed or short or other or rule.trigger == CHALLENGE


def _live(rule: Rule, way: Way, typical: int) -> list[Event]:
    """Acts spread evenly over the days that count, from the first Monday on."""
    about_event, about_resident = facts_of(rule)
    monday = rule.validity.start + timedelta(days=-rule.validity.start.weekday() % _WEEK_DAYS)
    wanted = way.event.get("local.weekday", WEEKDAYS)
    days = [day for day in range(_FOUR_WEEKS_DAYS) if WEEKDAYS[day % _WEEK_DAYS] in wanted]
    minute = int(_choose(about_event["local.time"], way.event))
    data = {fact.name: _choose(fact, way.event) for fact in EVENT_TYPES[rule.trigger].facts if not fact.place}
    data |= {name: _choose(about_event[name], way.event) for name in way.event if not name.startswith("local.")}
    resident = {name: _choose(about_resident[name], way.resident) for name in way.resident}
    events = []
    for number in range(typical):
        day = days[number * len(days) // typical]
        if day >= MOST_WEEKS * _WEEK_DAYS:
            break
        at = LONDON.midnight(monday + timedelta(days=day)) + timedelta(minutes=minute)
        events.append(Event(rule.source, f"{number:04}", rule.trigger, at, data, resident, rule.evidence))
        if isinstance(rule.progress, Following):
            before = at - timedelta(seconds=_BEFORE_SECONDS)
            events.append(
                Event(rule.progress.source, f"b{number:04}", rule.progress.after, before, {}, resident, rule.evidence)
            )
    return events


def _choose(fact: Fact, passing: Mapping[str, Sequence[Value]]) -> Value:
    """The typical value where it can pass, else the nearest that does."""
    values = passing.get(fact.name)
    if fact.kind == "integer":
        usual = QUANTITIES.get(fact.name, 1)
        return min(values, key=lambda value: abs(int(value) - usual)) if values else usual
    return values[0] if values else (fact.values or ("x",))[0]
