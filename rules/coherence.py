"""Whether the parts of one document make sense together. Most of it sees to it that more effort never earns less."""

from collections.abc import Iterator
from itertools import chain
from math import prod
from typing import Final

from rules.catalogue import CHALLENGE, EVENT_TYPES, EventType, Fact, facts_about
from rules.clock import PERS, Per, nested
from rules.conditions import AnyOf, Condition, find_fault
from rules.errors import Fault
from rules.parts import (
    Community,
    Count,
    DistinctDays,
    Effect,
    Limit,
    Multiply,
    PointsEffect,
    Progress,
    Rate,
    Sequence,
    Stacking,
    StreakDays,
    Sum,
    Unlock,
)

_MOST_ALTERNATIVES: Final = 64
TAP: Final = "transit.tap"
_TRIP: Final = "transit.trip"
Clauses = tuple[Condition | AnyOf, ...]


def find_condition_fault(trigger: str, when: Clauses, who: Clauses) -> Fault | None:
    kind = EVENT_TYPES.get(trigger)
    if kind is None:
        return Fault("trigger", "There is no event of this type.")
    if trigger == TAP:
        return Fault("trigger", "A tap is not a trip: rules are about transit.trip.")
    if prod(len(part.any) for part in (*when, *who) if isinstance(part, AnyOf)) > _MOST_ALTERNATIVES:
        return Fault("when", f"The choices combine to more than {_MOST_ALTERNATIVES} alternatives.")
    about_event, about_resident = facts_about(kind)
    return next(chain(_faults("when", when, about_event), _faults("who", who, about_resident)), None)


def _faults(name: str, parts: Clauses, facts: dict[str, Fact]) -> Iterator[Fault]:
    for index, part in enumerate(parts):
        if isinstance(part, AnyOf):
            rows = [(f"{name}[{index}].any[{inner}]", condition) for inner, condition in enumerate(part.any)]
        else:
            rows = [(f"{name}[{index}]", part)]
        for path, condition in rows:
            fact = facts.get(condition.fact)
            if fact is None:
                yield Fault(f"{path}.fact", f"This fact is not known here. Known: {', '.join(sorted(facts))}.")
            elif fault := find_fault(condition, fact):
                yield Fault(f"{path}.{fault.path}", fault.sentence)


def find_amount_fault(trigger: str, progress: Progress | None, effect: Effect) -> Fault | None:
    for path, part in (("progress", progress), ("effect", effect)):
        wanted = part.fact if isinstance(part, Sum | Rate | Community) else None
        if wanted is not None and not is_quantity(EVENT_TYPES[trigger], wanted):
            return Fault(f"{path}.fact", "This is not a quantity of the event.")
    if isinstance(progress, Sequence) and not can_come_before(progress.after, trigger):
        return Fault("progress.after", "A sequence comes after an event of another type, which a source or a trip is.")
    if progress is not None and isinstance(effect, Rate):
        return Fault("progress", "A rate pays for every unit, so it takes no progress.")
    if progress is not None and isinstance(effect, Multiply):
        return Fault("progress", "What multiplies other offers takes no progress.")
    return None


def is_quantity(kind: EventType, name: str) -> bool:
    fact = kind.find_fact(name)
    return fact is not None and fact.kind == "integer" and not fact.place


def can_come_before(after: str, trigger: str) -> bool:
    kind = EVENT_TYPES.get(after)
    return kind is not None and after not in (TAP, trigger) and (after == _TRIP or not kind.derived)


def find_part_fault(
    trigger: str, when: Clauses, who: Clauses, progress: Progress | None, effect: Effect, stacking: Stacking | None
) -> Fault | None:
    """Kinds that leave no room for other parts."""
    if trigger == CHALLENGE and (fault := _find_challenge_fault(when, who, progress)):
        return fault
    if isinstance(effect, Multiply) and (when or trigger == CHALLENGE):
        # What is multiplied may move from one event to another, so all of them must be multiplied alike.
        return Fault("when", "What multiplies other offers sets no conditions on the event.")
    if trigger == CHALLENGE and isinstance(effect, Unlock) and effect.challenge == find_challenge(when):
        return Fault("effect.challenge", "A challenge that opens itself would go round in a circle for ever.")
    if isinstance(effect, Multiply | Unlock) and stacking is not None:
        return Fault("stacking", "Only offers of points stand in a group.")
    if stacking is not None and stacking.mode == "best" and (progress is not None or not _is_fixed(effect)):
        return Fault("stacking", "In a best-of group an offer pays fixed points for each event.")
    return None


def _find_challenge_fault(when: Clauses, who: Clauses, progress: Progress | None) -> Fault | None:
    if who or len(when) != 1 or find_challenge(when) is None:
        return Fault("when", "A rule about a challenge asks for one challenge by its name, and nothing else.")
    if progress is not None and not isinstance(progress, Count):
        return Fault("progress", "Challenges are counted, not measured by days, quantities or what came before.")
    return None


def _is_fixed(effect: Effect) -> bool:
    return isinstance(effect, PointsEffect)


def find_challenge(when: Clauses) -> str | None:
    """The challenge that the conditions ask for by name, if they do."""
    for part in when:
        if isinstance(part, Condition) and (part.fact, part.op) == ("challenge", "is"):
            return str(part.value)
    return None


def progress_window(progress: Progress | None) -> Per | None:
    """The window in which progress is made; a streak lives as long as its rule is valid."""
    if isinstance(progress, StreakDays):
        return "validity"
    return None if progress is None or isinstance(progress, Sequence) else progress.per


def repeats(progress: Progress | None) -> bool:
    return isinstance(progress, Count | Sum | DistinctDays | StreakDays) and progress.repeat


def find_limit_fault(progress: Progress | None, effect: Effect, limits: tuple[Limit, ...]) -> Fault | None:
    kinds = [(limit.scope, limit.per, limit.times is None) for limit in limits]
    for index, limit in enumerate(limits):
        if fault := _find_fault_alone(f"limits[{index}]", limit, progress, effect):
            return fault
        if kinds[index] in kinds[:index]:
            return Fault(f"limits[{index}]", "There is already a limit of this kind.")
    if all(limit.per == "event" for limit in limits):
        return Fault("limits", "At least one limit must hold over a day or longer, or points are unbounded.")
    return _find_crossing(progress, limits) or _find_trimmed(progress, limits) or _find_carried(effect, limits)


def _find_fault_alone(  # noqa: PLR0911 - one a kind
    path: str, limit: Limit, progress: Progress | None, effect: Effect
) -> Fault | None:
    if (limit.times is None) == (limit.points is None):
        return Fault(path, "A limit has either times or points.")
    if limit.scope == "resident_campaign" and limit.times is not None:
        return Fault(
            f"{path}.times", "A campaign is limited by points, or a small award could take a large one's turn."
        )
    if limit.scope == "resident_campaign" and limit.per == "event":
        return Fault(f"{path}.per", "A campaign is limited over a day or longer: one event is limited by its rule.")
    if isinstance(effect, Unlock) and (fault := _find_unlock_fault(path, limit)):
        return fault
    varied = next((what for what, is_so in _VARIED if is_so(progress, effect)), None)
    if varied and limit.times is not None:
        return Fault(f"{path}.times", f"{varied} is limited by points, or splitting a session would pay less.")
    if varied and limit.per == "event":
        return Fault(f"{path}.per", f"{varied} is not limited per event, or splitting a session would pay more.")
    window = progress_window(progress)
    crosses = window is not None and limit.per != "event" and not nested(window, limit.per)
    if crosses and repeats(progress):
        return Fault(f"{path}.per", "Progress that repeats is counted over no longer than any limit, and within it.")
    return None


def _find_unlock_fault(path: str, limit: Limit) -> Fault | None:
    if limit.times is None:
        return Fault(f"{path}.points", "A challenge is unlocked so many times: it has no points to limit.")
    if limit.scope == "household":
        return Fault(f"{path}.scope", "A challenge is unlocked by each resident: a household shares points alone.")
    return Fault(f"{path}.per", "One event unlocks a challenge once as it is.") if limit.per == "event" else None


# Kinds that ask for different amounts at different events.
_VARIED: Final = (
    ("A rate", lambda _, effect: isinstance(effect, Rate)),
    ("What multiplies other offers", lambda _, effect: isinstance(effect, Multiply)),
    ("A sum that repeats", lambda progress, _: isinstance(progress, Sum) and progress.repeat),
)


def _find_crossing(progress: Progress | None, limits: tuple[Limit, ...]) -> Fault | None:
    """A wider scope never has a shorter window than a narrower one."""
    window = progress_window(progress)
    own: list[Per] = [limit.per for limit in limits if limit.scope == "resident_rule" and limit.per != "event"]
    own += [] if window is None else [window]
    household: list[Per] = [limit.per for limit in limits if limit.scope == "household" and limit.per != "event"]
    for index, limit in enumerate(limits):
        inner = {"resident_rule": [], "household": own, "resident_campaign": own + household}[limit.scope]
        if limit.per != "event" and not all(nested(per, limit.per) for per in inner):
            name = "campaign's" if limit.scope == "resident_campaign" else "household's"
            sentence = f"A {name} limit holds at least as long as the rule's own, or more activity could earn less."
            return Fault(f"limits[{index}].per", sentence)
    campaign = [limit.per for limit in limits if limit.scope == "resident_campaign" and limit.per != "event"]
    if {"week", "month"} <= set(campaign):
        index = next(
            at for at, limit in enumerate(limits) if (limit.scope, limit.per) == ("resident_campaign", "month")
        )
        return Fault(f"limits[{index}].per", "A campaign is not limited by both week and month: they cross.")
    return None


def _find_trimmed(progress: Progress | None, limits: tuple[Limit, ...]) -> Fault | None:
    """An award that points cut short takes a whole turn, so no turn may be worth more once those points are back."""
    turns: list[Per] = [limit.per for limit in limits if limit.times is not None and limit.per != "event"]
    window = progress_window(progress)
    if window is not None and not repeats(progress):
        turns.append(window)
    for index, limit in enumerate(limits):
        if limit.points is not None and limit.per != "event" and not all(nested(per, limit.per) for per in turns):
            sentence = "A limit in points holds at least as long as one in times and as progress, or an award cut short"
            return Fault(f"limits[{index}].per", f"{sentence} would use up a whole one's turn.")
    return None


def _find_carried(effect: Effect, limits: tuple[Limit, ...]) -> Fault | None:
    """What is left over is carried within the shortest window, which must lie within the others."""
    if not isinstance(effect, Rate | Multiply):
        return None
    shortest = shortest_window(limits)
    for index, limit in enumerate(limits):
        if not nested(shortest, limit.per):
            return Fault(f"limits[{index}].per", "What is left over in a week cannot be carried into another month.")
    return None


def shortest_window(limits: tuple[Limit, ...]) -> Per:
    return min((limit.per for limit in limits), key=PERS.index)
