"""What conditions let through. Each fact is tried with the few values at which an answer can change.

Events are taken to be as the catalogue says: a choice is one of its values, a number lies within its bounds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rules.catalogue import EVENT_TYPES, Fact, facts_about
from rules.conditions import AnyOf, Condition, passes
from rules.document import Rule
from rules.event import Value
from rules.lint.typical import QUANTITIES
from rules.parts import needed_facts

# Longer than any word of a rule may be: it stands for every word that no condition names.
OTHER_WORD = "x" * 100
Clauses = Sequence[Condition | AnyOf]


@dataclass(frozen=True, slots=True)
class Way:
    """One choice of alternatives that can hold: for each fact asked about, values that pass. Places are left out."""

    event: Mapping[str, tuple[Value, ...]]
    resident: Mapping[str, tuple[Value, ...]]


def alternatives(clause: Condition | AnyOf) -> tuple[Condition, ...]:
    return clause.any if isinstance(clause, AnyOf) else (clause,)


def facts_of(rule: Rule) -> tuple[dict[str, Fact], dict[str, Fact]]:
    return facts_about(EVENT_TYPES[rule.trigger])


def try_values(fact: Fact, conditions: Iterable[Condition]) -> tuple[Value, ...]:
    """Every answer that `conditions` on the fact can give is given for one of these."""
    named = [value for condition in conditions for value in condition.scalars()]
    if fact.kind == "integer":
        numbers = {number for value in named if isinstance(value, int) for number in (value - 1, value, value + 1)}
        low, high = fact.minimum, fact.maximum
        numbers |= {number for number in (low, high, QUANTITIES.get(fact.name)) if number is not None} or {0}
        return tuple(
            sorted(number for number in numbers if (low is None or low <= number) and (high is None or number <= high))
        )
    if fact.kind == "boolean":
        return (False, True)
    if fact.kind == "choice":
        return fact.values
    return (*sorted({value for value in named if isinstance(value, str)}), OTHER_WORD)


def find_ways(clauses: Clauses, facts: Mapping[str, Fact]) -> list[Mapping[str, tuple[Value, ...]]]:
    """The choices of alternatives that something can meet; none when the conditions contradict each other."""
    found: list[Mapping[str, tuple[Value, ...]]] = []
    for choice in product(*(alternatives(clause) for clause in clauses)):
        by_fact: dict[str, list[Condition]] = {}
        for condition in choice:
            if not facts[condition.fact].place:
                by_fact.setdefault(condition.fact, []).append(condition)
        passing = {
            name: tuple(
                value
                for value in try_values(facts[name], conditions)
                if all(passes(condition, facts[name], value) for condition in conditions)
            )
            for name, conditions in by_fact.items()
        }
        if all(passing.values()):
            found.append(passing)
    return found


def ways_of(rule: Rule) -> tuple[Way, ...]:
    about_event, about_resident = facts_of(rule)
    needed = [Condition(fact=fact, op="has") for fact in needed_facts(rule.progress, rule.effect)]
    residents = find_ways(rule.who, about_resident)
    return tuple(
        Way(event, resident) for event in find_ways([*rule.when, *needed], about_event) for resident in residents
    )


def implies(clauses: Clauses, others: Clauses, facts: Mapping[str, Fact]) -> bool:
    """Whether what meets `clauses` meets `others`. It may say no where that is so, never yes where it is not."""
    return all(
        any(
            all(
                any(_implied(condition, other, facts[condition.fact]) for other in alternatives(wanted))
                for condition in alternatives(clause)
            )
            for clause in clauses
        )
        for wanted in others
    )


def _implied(condition: Condition, other: Condition, fact: Fact) -> bool:
    if condition == other:
        return True
    if condition.fact != other.fact or fact.place:
        return False
    return all(
        passes(other, fact, value)
        for value in try_values(fact, (condition, other))
        if passes(condition, fact, value)
    )  # fmt: skip
