"""Whether the parts of one document make sense together."""

from collections.abc import Iterator
from itertools import chain
from math import prod
from typing import Final

from rules.catalogue import EVENT_TYPES, LOCAL_FACTS, RESIDENT_FACTS, EventType, Fact
from rules.clock import PERS
from rules.conditions import AnyOf, Condition, find_fault
from rules.errors import Fault
from rules.parts import UNBUILT, Count, DistinctDays, Effect, Limit, Progress, Rate, Sum

_MOST_ALTERNATIVES: Final = 64


def find_condition_fault(
    trigger: str, when: tuple[Condition | AnyOf, ...], who: tuple[Condition | AnyOf, ...]
) -> Fault | None:
    kind = EVENT_TYPES.get(trigger)
    if kind is None:
        return Fault("trigger", "There is no event of this type.")
    if trigger == "transit.tap":
        return Fault("trigger", "A tap is not a trip: rules are about transit.trip.")
    if prod(len(part.any) for part in (*when, *who) if isinstance(part, AnyOf)) > _MOST_ALTERNATIVES:
        return Fault("when", f"The choices combine to more than {_MOST_ALTERNATIVES} alternatives.")
    return next(chain(_faults("when", when, _facts_of(kind)), _faults("who", who, dict(RESIDENT_FACTS))), None)


def _facts_of(kind: EventType) -> dict[str, Fact]:
    return {fact.name: fact for fact in kind.facts} | dict(LOCAL_FACTS)


def _faults(name: str, parts: tuple[Condition | AnyOf, ...], facts: dict[str, Fact]) -> Iterator[Fault]:
    for index, part in enumerate(parts):
        if isinstance(part, AnyOf):
            rows = [(f"{name}.{index}.any.{inner}", condition) for inner, condition in enumerate(part.any)]
        else:
            rows = [(f"{name}.{index}", part)]
        for path, condition in rows:
            fact = facts.get(condition.fact)
            if fact is None:
                yield Fault(f"{path}.fact", f"This fact is not known here. Known: {', '.join(sorted(facts))}.")
            elif fault := find_fault(condition, fact):
                yield Fault(f"{path}.{fault.path}", fault.sentence)


def find_amount_fault(trigger: str, progress: Progress | None, effect: Effect) -> Fault | None:
    for path, part in (("progress", progress), ("effect", effect)):
        if part is not None and (sentence := UNBUILT.get(type(part))):
            return Fault(f"{path}.kind", sentence)
        if isinstance(part, Sum | Rate):
            fact = EVENT_TYPES[trigger].find_fact(part.fact)
            if fact is None or fact.kind != "integer":
                return Fault(f"{path}.fact", "This is not a quantity of the event.")
    if isinstance(effect, Rate) and progress is not None:
        return Fault("progress", "A rate pays for every unit, so it takes no progress.")
    return None


def find_limit_fault(progress: Progress | None, effect: Effect, limits: tuple[Limit, ...]) -> Fault | None:
    kinds = [(limit.scope, limit.per, limit.times is None) for limit in limits]
    for index, limit in enumerate(limits):
        if fault := _find_fault_alone(f"limits.{index}", limit, progress, effect):
            return fault
        if kinds[index] in kinds[:index]:
            return Fault(f"limits.{index}", "There is already a limit of this kind.")
    if all(limit.per == "event" for limit in limits):
        return Fault("limits", "At least one limit must hold over a day or longer, or points are unbounded.")
    return _find_crossing(limits)


def _find_fault_alone(path: str, limit: Limit, progress: Progress | None, effect: Effect) -> Fault | None:
    fault = None
    if (limit.times is None) == (limit.points is None):
        fault = Fault(path, "A limit has either times or points.")
    elif limit.scope == "household":
        fault = Fault(f"{path}.scope", "Limits for a household are not built yet.")
    elif isinstance(effect, Rate) and limit.times is not None:
        fault = Fault(f"{path}.times", "A rate is limited by points, or splitting a session would pay less.")
    elif isinstance(effect, Rate) and limit.per == "event":
        fault = Fault(f"{path}.per", "A rate is not limited per event, or splitting a session would pay more.")
    elif (
        isinstance(progress, Count | Sum | DistinctDays)
        and progress.repeat
        and limit.per != "event"
        and PERS.index(limit.per) < PERS.index(progress.per)
    ):
        fault = Fault(f"{path}.per", "Progress that repeats is counted over no longer than any limit.")
    return fault


def _find_crossing(limits: tuple[Limit, ...]) -> Fault | None:
    own = [PERS.index(limit.per) for limit in limits if limit.scope == "resident_rule" and limit.per != "event"]
    for index, limit in enumerate(limits):
        wider = limit.scope == "resident_campaign" and limit.per != "event"
        if wider and own and PERS.index(limit.per) < max(own):
            sentence = "A campaign's limit holds at least as long as the rule's own, or more activity could earn less."
            return Fault(f"limits.{index}.per", sentence)
    return None
