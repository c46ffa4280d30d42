"""Rules made ready to run: every name of a counter, every cap and every table is worked out once, at publishing."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from rules.clock import PERS, Clock, day_number
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.matcher import TypeMatcher, compile_type
from rules.parts import Count, Limit, PointsEffect, Rate

VALIDITY: Final = PERS.index("validity")
LIFETIME: Final = PERS.index("lifetime")


@dataclass(frozen=True, slots=True)
class Cap:
    """Exactly one of `times` and `points`; `counter` is None for a cap on the single event."""

    name: str
    counter: str | None
    per: int
    times: int | None
    points: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of events: pays when `reach` is met, again and again if it repeats."""

    counter: str
    per: int
    reach: int
    repeat: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """`points` for every `every` units of `fact`; the remainder stays in the counter."""

    counter: str
    per: int
    fact: str
    every: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One rule, ready. `start` numbers the first day of its validity.

    `debits` are the counters that a grant adds to: name, per, and what a line calls its times and its points.
    """

    rule: str
    version: int
    campaign: str
    points: int
    tally: Tally | None
    pace: Pace | None
    caps: tuple[Cap, ...]
    debits: tuple[tuple[str, int, str, str], ...]
    best_of: str | None
    start: int


@dataclass(frozen=True, slots=True)
class Program:
    """`plans` stand in rule order; a type that no rule is about has no matcher."""

    clock: Clock
    plans: tuple[Plan, ...]
    matchers: Mapping[str, TypeMatcher]


def compile_rules(rules: Sequence[Rule], clock: Clock) -> Program:
    """`rules` in rule order. Raises RuleSetRefused for rules that cannot stand together."""
    _refuse_clashes(rules)
    shared = Counter(name for rule in rules if (name := _progress_counter(rule)))
    campaign_pers = {
        campaign: sorted({per for rule in group for per in _campaign_pers(rule)})
        for campaign, group in groupby(sorted(rules, key=lambda rule: rule.campaign), key=lambda rule: rule.campaign)
    }
    plans = tuple(_plan(rule, campaign_pers[rule.campaign], shared) for rule in rules)
    by_trigger: dict[str, list[tuple[int, Rule]]] = {}
    for index, rule in enumerate(rules):
        by_trigger.setdefault(rule.trigger, []).append((index, rule))
    return Program(clock, plans, {trigger: compile_type(trigger, some) for trigger, some in by_trigger.items()})


def _refuse_clashes(rules: Sequence[Rule]) -> None:
    for name, times in Counter(rule.id for rule in rules).items():
        if times > 1:
            raise RuleSetRefused(name, "Only one version of a rule can be in force.")
    modes: dict[str, str] = {}
    for rule in rules:
        if rule.stacking and modes.setdefault(rule.stacking.group, rule.stacking.mode) != rule.stacking.mode:
            raise RuleSetRefused(rule.id, "The rules of one stacking group are all best or all sum.")


def _campaign_pers(rule: Rule) -> set[int]:
    return {PERS.index(limit.per) for limit in rule.limits if limit.scope == "resident_campaign"} - {0}


def _plan(rule: Rule, campaign_pers: list[int], shared: Counter[str]) -> Plan:
    caps = [_cap(rule, limit) for limit in rule.limits]
    tally = pace = None
    name = _progress_counter(rule) or ""
    if isinstance(rule.progress, Count):
        per = PERS.index(rule.progress.per)
        tally = Tally(name, per, rule.progress.reach, rule.progress.repeat, shared[name] > 1)
        if not rule.progress.repeat:
            # What is reached stays reached, so being paid for it once is a limit like any other.
            caps.append(
                Cap(f"limit:resident_rule:{rule.progress.per}", _counter("resident_rule", per, rule), per, 1, None)
            )
    if isinstance(rule.effect, Rate):
        pace = Pace(name, _shortest(rule), rule.effect.fact, rule.effect.every, shared[name] > 1)
    debits = {(cap.counter, cap.per): None for cap in caps if cap.counter}
    # Whatever a campaign pays counts towards the campaign's limit, whichever of its rules states that limit.
    debits |= {
        (_counter("resident_campaign", per, rule), _window("resident_campaign", per)): None for per in campaign_pers
    }
    effect = rule.effect
    return Plan(
        rule=rule.id,
        version=rule.version,
        campaign=rule.campaign,
        points=effect.points if isinstance(effect, PointsEffect | Rate) else 0,
        tally=tally,
        pace=pace,
        caps=tuple(caps),
        debits=tuple(_debit(counter, per) for counter, per in debits),
        best_of=rule.stacking.group if rule.stacking and rule.stacking.mode == "best" else None,
        start=day_number(rule.validity.start),
    )


def _debit(counter: str, per: int) -> tuple[str, int, str, str]:
    scope, window, _ = counter.split("/")
    return counter, per, f"{scope}:{window}:times", f"{scope}:{window}:points"


def _cap(rule: Rule, limit: Limit) -> Cap:
    per = PERS.index(limit.per)
    counter = _counter(limit.scope, per, rule) if per else None
    window = _window(limit.scope, per)
    return Cap(f"limit:{limit.scope}:{limit.per}", counter, window, limit.times, limit.points)


def _window(scope: str, per: int) -> int:
    """A campaign's validity is its whole life: its rules start on different dates and still share one counter."""
    return LIFETIME if scope == "resident_campaign" and per == VALIDITY else per


def _counter(scope: str, per: int, rule: Rule) -> str:
    return f"{scope}/{PERS[per]}/{rule.campaign if scope == 'resident_campaign' else rule.id}"


def _shortest(rule: Rule) -> int:
    return min(PERS.index(limit.per) for limit in rule.limits)


def _progress_counter(rule: Rule) -> str | None:
    """Named by trigger, filter and window alone: a change of points or title keeps everybody's progress."""
    if isinstance(rule.effect, Rate):
        per, unit = _shortest(rule), f"rate:{rule.effect.fact}:{rule.effect.every}"
    elif isinstance(rule.progress, Count):
        per, unit = PERS.index(rule.progress.per), "count"
    else:
        return None
    filters = rule.model_dump(mode="json", include={"trigger", "source", "evidence", "when", "who"})
    start = rule.validity.start.isoformat() if per == VALIDITY else None
    text = json.dumps([filters, unit, start], sort_keys=True, ensure_ascii=False)
    return f"progress/{PERS[per]}/{hashlib.sha256(text.encode()).hexdigest()[:16]}"
