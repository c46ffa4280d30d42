"""One rule in plain English, made from the document, so that the register can never say anything else."""

from datetime import date, timedelta

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS, Fact
from rules.conditions import AnyOf, Condition
from rules.document import Rule
from rules.parts import Count, Limit, PointsEffect, Rate
from rules.wording import EVIDENCE, WINDOWS, listed, points, shown, times, wish


def sentence(rule: Rule) -> str:
    """Different documents give different sentences; versions, titles, bases and examples aside."""
    return f"{offer(rule)} {_small_print(rule)}"


def offer(rule: Rule) -> str:
    """The first half of `sentence`, which is what a resident asks: what for, how many points, up to what limit."""
    kind = EVENT_TYPES[rule.trigger]
    facts = _facts(rule)
    about = " and ".join(_clause(clause, dict(RESIDENT_FACTS), "whose") for clause in rule.who)
    where = " and ".join(_clause(clause, facts, "the") for clause in rule.when)
    core = f"When a resident{' ' + about if about else ''} {kind.happening}{' where ' + where if where else ''}"
    return f"{core}, {reward(rule)}; {limits(rule)}."


def limits(rule: Rule) -> str:
    """Every limit, as part of a sentence."""
    return listed([_limit(limit) for limit in rule.limits], "and")


def _facts(rule: Rule) -> dict[str, Fact]:
    return {fact.name: fact for fact in EVENT_TYPES[rule.trigger].facts} | dict(LOCAL_FACTS)


def _clause(clause: AnyOf | Condition, facts: dict[str, Fact], lead: str) -> str:
    if isinstance(clause, AnyOf):
        return "either " + " or ".join(f"{lead} {_condition(condition, facts)}" for condition in clause.any)
    return f"{lead} {_condition(clause, facts)}"


def _condition(condition: Condition, facts: dict[str, Fact]) -> str:
    fact = facts[condition.fact]
    wanted = condition.scalars() if isinstance(condition.value, tuple) else next(iter(condition.scalars()), None)
    return f"{fact.label} {wish(fact.name, condition.op, wanted, fact.unit)}"


def reward(rule: Rule) -> str:
    """When the points come and how many, as part of a sentence."""
    effect = rule.effect
    if isinstance(effect, Rate):
        fact = _facts(rule)[effect.fact]
        return f"they get {points(effect.points)} for every {shown(fact.name, effect.every, fact.unit)} of {fact.label}"
    if not isinstance(effect, PointsEffect):
        # The validator refuses every other kind until it can run.
        return "they get something that is not built yet"
    amount = f"they get {points(effect.points)}"
    if not isinstance(rule.progress, Count):
        return amount
    every = "each time they reach" if rule.progress.repeat else "on reaching"
    return f"{every} {rule.progress.reach:,} {_within(rule.progress.per)}, {amount}"


def _within(per: str) -> str:
    return WINDOWS[per] if per in ("validity", "lifetime") else f"in {WINDOWS[per]}"


def _limit(limit: Limit) -> str:
    most = f"at most {times(limit.times)}" if limit.times is not None else f"at most {points(limit.points or 0)}"
    scope = "per resident" if limit.scope == "resident_rule" else "per resident over the whole campaign"
    return f"{most} {WINDOWS[limit.per]} {scope}"


def _small_print(rule: Rule) -> str:
    last = rule.validity.until - timedelta(days=1)
    text = f"From {_day(rule.validity.start)} to {_day(last)}, sent by {rule.source} and {EVIDENCE[rule.evidence]}, "
    text += f"paid by {rule.campaign}."
    if rule.stacking and rule.stacking.mode == "best":
        text += f" Of the offers in the group {rule.stacking.group}, only the best one pays."
    elif rule.stacking:
        text += f" It pays as well as other offers in the group {rule.stacking.group}."
    return text


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
