"""The slow and obvious reading of a rule's conditions: it explains, and it keeps the matcher honest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rules.catalogue import EVENT_TYPES, LOCATION, RESIDENT_FACTS, ZONE, Fact, facts_about
from rules.clock import Moment, day_number
from rules.conditions import AnyOf, Circle, Condition, known, passes
from rules.document import Rule
from rules.event import EVIDENCE, Event, Value
from rules.parts import needed_facts
from rules.places import NO_ZONES, Zones, find_position, find_zones, holds

Wanted = Value | tuple[Value, ...] | None


@dataclass(frozen=True, slots=True)
class Check:
    """`actual` is None where the fact is not known. Checks with the same `choice` are alternatives: one is enough.

    What is not `told` is known, and is kept from people: when and where somebody was, to the minute and the metre.
    """

    fact: str
    label: str
    unit: str | None
    op: str
    wanted: Wanted
    actual: Value | None
    passed: bool
    personal: bool = False
    choice: int | None = None
    told: bool = True


def in_force(rule: Rule, moment: Moment) -> bool:
    return day_number(rule.validity.start) <= moment.day < day_number(rule.validity.until)


def check_event(rule: Rule, event: Event, moment: Moment, zones: Zones = NO_ZONES) -> tuple[Check, ...]:
    """Everything the rule asks of the event, the resident aside."""
    values: dict[str, Value] = {**event.data, "local.time": moment.minute, "local.weekday": moment.weekday}
    values |= _say_where(event.data, zones)
    about_event, _ = facts_about(EVENT_TYPES[rule.trigger])
    proven = EVIDENCE.index(event.evidence) >= EVIDENCE.index(rule.evidence)
    checks = [
        Check("source", "sender", None, "is", rule.source, event.source, event.source == rule.source),
        Check("evidence", "evidence", None, "at_least", rule.evidence, event.evidence, proven),
    ]
    clauses = [*rule.when, *(Condition(fact=fact, op="has") for fact in needed_facts(rule.progress, rule.effect))]

    def passes_here(condition: Condition, fact: Fact) -> bool:
        return holds(condition, event.data, zones) if fact.place else passes(condition, fact, values.get(fact.name))

    return (*checks, *_check(clauses, about_event, values, passes_here, personal=False))


def _say_where(data: Mapping[str, Value], zones: Zones) -> dict[str, Value]:
    """In words, for people; an event outside of all zones is in none."""
    at = find_position(data)
    if at is None:
        return {}
    return {LOCATION: f"{at[0] / 1e6:.6f}, {at[1] / 1e6:.6f}", ZONE: ", ".join(sorted(find_zones(zones, at))) or "none"}


def check_resident(rule: Rule, event: Event) -> tuple[Check, ...]:
    def passes_here(condition: Condition, fact: Fact) -> bool:
        return passes(condition, fact, event.resident.get(fact.name))

    return _check(list(rule.who), RESIDENT_FACTS, event.resident, passes_here, personal=True)


def all_hold(checks: tuple[Check, ...]) -> bool:
    choices = {check.choice for check in checks if check.choice is not None}
    return all(check.passed for check in checks if check.choice is None) and all(
        any(check.passed for check in checks if check.choice == choice) for choice in choices
    )


def _check(
    clauses: Sequence[AnyOf | Condition],
    facts: Mapping[str, Fact],
    values: Mapping[str, Value],
    passes_here: Callable[[Condition, Fact], bool],
    *,
    personal: bool,
) -> tuple[Check, ...]:
    checks = []
    for index, clause in enumerate(clauses):
        alternatives = clause.any if isinstance(clause, AnyOf) else (clause,)
        # Alternatives about the resident are numbered downwards, so that the two lists may stand together.
        choice = (-1 - index if personal else index) if isinstance(clause, AnyOf) else None
        for condition in alternatives:
            fact = facts[condition.fact]
            checks.append(
                Check(
                    fact.name,
                    fact.label,
                    fact.unit,
                    condition.op,
                    wanted_of(condition),
                    known(fact, values.get(fact.name)),
                    passes_here(condition, fact),
                    personal,
                    choice,
                )
            )
    return tuple(checks)


def wanted_of(condition: Condition) -> Wanted:
    """A circle is told in words."""
    if isinstance(condition.value, Circle):
        circle = condition.value
        where = f"{circle.latitude_e6 / 1e6:.6f}, {circle.longitude_e6 / 1e6:.6f}"
        return f"{circle.radius_m:,} metres of {where}"
    return condition.scalars() if isinstance(condition.value, tuple) else next(iter(condition.scalars()), None)
