"""One rule in plain English, made from the document, so that the register can never say anything else."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS, Fact, facts_about
from rules.conditions import AnyOf, Condition
from rules.document import Rule
from rules.parts import (
    Community,
    DistinctDays,
    Effect,
    Limit,
    Multiply,
    Progress,
    Rate,
    Sequence,
    Stacking,
    StreakDays,
    Sum,
    Unlock,
)
from rules.reference import wanted_of
from rules.wording import EVIDENCE, WINDOWS, listed, minutes, points, shown, times, wish

Titles = Mapping[str, str]
_NO_TITLES: Final[Titles] = {}


def sentence(rule: Rule, titles: Titles = _NO_TITLES) -> str:
    """Different documents give different sentences; versions, titles, bases and examples aside.

    `titles` are what people call campaigns and sources, by id, no two alike; what has none is told by its id.
    """
    return f"{offer(rule, titles)} {_small_print(rule, titles)}"


def offer(rule: Rule, titles: Titles = _NO_TITLES) -> str:
    """The first half of `sentence`, which is what a resident asks: what for, how many points, up to what limit."""
    kind = EVENT_TYPES[rule.trigger]
    facts = event_facts(rule)
    about = " and ".join(say_clause(clause, dict(RESIDENT_FACTS), "whose") for clause in rule.who)
    where = " and ".join(say_clause(clause, facts, "the") for clause in rule.when)
    core = f"When a resident{' ' + about if about else ''} {kind.happening}{' where ' + where if where else ''}"
    return f"{core}, {reward(rule, titles)}; {limits(rule)}."


def limits(rule: Rule) -> str:
    """Every limit, as part of a sentence."""
    return listed([say_limit(limit) for limit in rule.limits], "and")


def event_facts(rule: Rule) -> dict[str, Fact]:
    """What the rule may ask about its event, by name."""
    about_event, _ = facts_about(EVENT_TYPES[rule.trigger])
    return about_event


def say_clause(clause: AnyOf | Condition, facts: dict[str, Fact], lead: str) -> str:
    """One condition, as in "the distance is at least 500 metres"; `lead` is "the" or "whose"."""
    if isinstance(clause, AnyOf):
        return "either " + " or ".join(f"{lead} {_condition(condition, facts)}" for condition in clause.any)
    return f"{lead} {_condition(clause, facts)}"


def _condition(condition: Condition, facts: dict[str, Fact]) -> str:
    fact = facts[condition.fact]
    return f"{fact.label} {wish(fact.name, condition.op, wanted_of(condition), fact.unit)}"


def reward(rule: Rule, titles: Titles = _NO_TITLES) -> str:
    """When the points come and how many, as part of a sentence."""
    facts = event_facts(rule)
    amount = say_amount(rule.effect, facts)
    return f"{say_goal(rule, rule.progress, facts, titles)}, {amount}" if rule.progress is not None else amount


def say_amount(effect: Effect, facts: dict[str, Fact]) -> str:
    """As in "they get 5 points"."""
    match effect:
        case Rate():
            fact = facts[effect.fact]
            every = shown(fact.name, effect.every, fact.unit)
            return f"they get {points(effect.points)} for every {every} of {fact.label}"
        case Multiply():
            return f"they get another {effect.percent - 100}% of what the offers in the group {effect.group} pay for it"
        case Unlock():
            return f"they unlock the challenge {effect.challenge}"
        case _:
            return f"they get {points(effect.points)}"


def say_goal(rule: Rule, progress: Progress, facts: dict[str, Fact], titles: Titles) -> str:
    """As in "on reaching 10 in a week (Monday to Sunday)"."""
    match progress:
        case Sequence():
            before = EVENT_TYPES[progress.after].happening
            sender = titles.get(progress.source, progress.source)
            return f"within {minutes(progress.within_minutes)} after the same one {before} (sent by {sender})"
        case Community():
            many = EVENT_TYPES[rule.trigger].many
            fact = facts[progress.fact] if progress.fact is not None else None
            goal = _quantity(progress.reach, fact) if fact else f"{progress.reach:,} {many}"
            return f"once everyone together has reached {goal} {_within(progress.per)}"
        case StreakDays():
            grace = f" (of which they may miss {progress.grace_days})" if progress.grace_days else ""
            what, window = f"{progress.reach:,} days in a row{grace}", ""
        case DistinctDays():
            what, window = f"{progress.reach:,} different days", f" {_within(progress.per)}"
        case Sum():
            what, window = _quantity(progress.reach, facts[progress.fact]), f" {_within(progress.per)}"
        case _:
            what, window = f"{progress.reach:,}", f" {_within(progress.per)}"
    return f"{'each time they reach' if progress.repeat else 'on reaching'} {what}{window}"


def _quantity(amount: int, fact: Fact) -> str:
    told = shown(fact.name, amount, fact.unit)
    return told if fact.label == f"number of {fact.unit}" else f"{told} of {fact.label}"


def _within(per: str) -> str:
    return WINDOWS[per] if per in ("validity", "lifetime") else f"in {WINDOWS[per]}"


def say_limit(limit: Limit) -> str:
    """One limit, as in "at most twice a day per resident"."""
    most = f"at most {times(limit.times)}" if limit.times is not None else f"at most {points(limit.points or 0)}"
    return f"{most} {WINDOWS[limit.per]} {_SCOPES[limit.scope]}"


_SCOPES: Final = {
    "resident_rule": "per resident",
    "resident_campaign": "per resident over the whole campaign",
    "household": "per household",
}


def _small_print(rule: Rule, titles: Titles) -> str:
    last = rule.validity.until - timedelta(days=1)
    sender, campaign = (titles.get(name, name) for name in (rule.source, rule.campaign))
    text = f"From {say_day(rule.validity.start)} to {say_day(last)}, sent by {sender} and {EVIDENCE[rule.evidence]}, "
    text += f"paid by {campaign}."
    return f"{text} {say_group(rule.stacking)}" if rule.stacking else text


def say_group(stacking: Stacking) -> str:
    """What becomes of offers that meet in one event."""
    if stacking.mode == "best":
        return f"Of the offers in the group {stacking.group}, only the best one pays."
    return f"It pays as well as other offers in the group {stacking.group}."


def say_day(on: date) -> str:
    """1 June 2026."""
    return f"{on.day} {on:%B %Y}"
