"""The slow and obvious reading of a rule's conditions: it explains, and it keeps the matcher honest."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS, Fact
from rules.clock import Moment, day_number
from rules.conditions import AnyOf, Condition, known, passes
from rules.document import Rule
from rules.event import EVIDENCE, Event, Value
from rules.parts import Rate

Wanted = Value | tuple[Value, ...] | None


@dataclass(frozen=True, slots=True)
class Check:
    """`actual` is None where the fact is not known. Checks with the same `choice` are alternatives: one is enough."""

    fact: str
    label: str
    unit: str | None
    op: str
    wanted: Wanted
    actual: Value | None
    passed: bool
    personal: bool = False
    choice: int | None = None


def in_force(rule: Rule, moment: Moment) -> bool:
    return day_number(rule.validity.start) <= moment.day < day_number(rule.validity.until)


def check_event(rule: Rule, event: Event, moment: Moment) -> tuple[Check, ...]:
    """Everything the rule asks of the event, the resident aside."""
    known_facts: dict[str, Value] = {**event.data, "local.time": moment.minute, "local.weekday": moment.weekday}
    facts = {fact.name: fact for fact in EVENT_TYPES[rule.trigger].facts} | dict(LOCAL_FACTS)
    proven = EVIDENCE.index(event.evidence) >= EVIDENCE.index(rule.evidence)
    checks = [
        Check("source", "sender", None, "is", rule.source, event.source, event.source == rule.source),
        Check("evidence", "evidence", None, "at_least", rule.evidence, event.evidence, proven),
    ]
    clauses = list(rule.when)
    if isinstance(rule.effect, Rate):
        clauses.append(Condition(fact=rule.effect.fact, op="has"))
    return (*checks, *_check(clauses, facts, known_facts, personal=False))


def check_resident(rule: Rule, event: Event) -> tuple[Check, ...]:
    return _check(list(rule.who), RESIDENT_FACTS, event.resident, personal=True)


def all_hold(checks: tuple[Check, ...]) -> bool:
    choices = {check.choice for check in checks if check.choice is not None}
    return all(check.passed for check in checks if check.choice is None) and all(
        any(check.passed for check in checks if check.choice == choice) for choice in choices
    )


def _check(
    clauses: list[AnyOf | Condition], facts: Mapping[str, Fact], values: Mapping[str, Value], *, personal: bool
) -> tuple[Check, ...]:
    checks = []
    for index, clause in enumerate(clauses):
        alternatives = clause.any if isinstance(clause, AnyOf) else (clause,)
        # Alternatives about the resident are numbered downwards, so that the two lists may stand together.
        choice = (-1 - index if personal else index) if isinstance(clause, AnyOf) else None
        for condition in alternatives:
            fact, value = facts[condition.fact], values.get(condition.fact)
            wanted = (
                condition.scalars() if isinstance(condition.value, tuple) else next(iter(condition.scalars()), None)
            )
            passed = passes(condition, fact, value)
            actual = known(fact, value)
            checks.append(
                Check(fact.name, fact.label, fact.unit, condition.op, wanted, actual, passed, personal, choice)
            )
    return tuple(checks)
