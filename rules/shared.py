"""Counters that stand outside a resident's state: what everybody has done together, and what a household has used.

Names tell all: `community/PER/TRIGGER/FILTER/WINDOW`, `household/PER/MEASURE/RULE/WINDOW/HOUSEHOLD`. A window has a
counter of its own, so a late event finds the one of its own window. The caller keeps (window, value, 0) for each,
locks those that a batch may touch in the order of their names, and hands them to `fold`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from rules.artefact import Timeline
from rules.catalogue import HOUSEHOLD
from rules.clock import PERS, to_micros
from rules.event import Event, Line
from rules.paying import household_counter
from rules.program import Plan, Program
from rules.progress import Crowd
from rules.state import Register
from rules.trips import TAP, TRIP

_VALIDITY: Final = PERS.index("validity")
_COMMUNITY: Final = "community/"


def shared_counters(timeline: Timeline, events: Iterable[Event]) -> set[str]:
    """Every shared counter that these events might touch; quick and empty when no rule is about such events."""
    names: set[str] = set()
    for event in events:
        kind = TRIP if event.type == TAP else event.type
        found = _find_program(timeline, event.happened_at) if kind in timeline.shared_types else None
        if found is None:
            continue
        program, windows = found
        for plan in program.shared.get(kind, ()):
            if isinstance(plan.meter, Crowd):
                names.add(plan.meter.name(windows))
            names.update(name for name, _ in _household_counters(plan, windows, event))
    return names


def give_back(timeline: Timeline, settled: Iterable[tuple[Event, Sequence[Line]]], shared: dict[str, Register]) -> None:
    """Takes what these events used of their households' limits out of `shared`, before they are decided anew.

    What the community has done stands: it is never taken back.
    """
    if not timeline.shared_types:
        return
    for event, lines in settled:
        found = _find_program(timeline, event.happened_at) if any(line.got for line in lines) else None
        if found is None:
            continue
        program, windows = found
        plans = {plan.rule: plan for plan in program.plans if plan.shared}
        for line in lines:
            plan = plans.get(line.rule)
            if plan is None or not line.got:
                continue
            for name, by_times in _household_counters(plan, windows, event):
                window, used, _ = shared.get(name, (0, 0, 0))
                shared[name] = (window, max(used - (1 if by_times else line.got), 0), 0)


def community_only(stored: Mapping[str, int] | None) -> dict[str, int]:
    """Of what is stored with a settled event, what stands when it is decided anew."""
    return {name: value for name, value in (stored or {}).items() if name.startswith(_COMMUNITY)}


def _find_program(timeline: Timeline, happened_at: datetime) -> tuple[Program, tuple[int, ...]] | None:
    artefact = timeline.at(happened_at)
    if artefact is None or not artefact.program.shared:
        return None
    return artefact.program, artefact.program.clock.moment(to_micros(happened_at)).windows


def _window(plan: Plan, per: int, windows: tuple[int, ...]) -> int:
    return plan.start if per == _VALIDITY else windows[per]


def _household_counters(plan: Plan, windows: tuple[int, ...], event: Event) -> list[tuple[str, bool]]:
    """Names, and whether each counts times."""
    household = event.resident.get(HOUSEHOLD)
    named = [
        (household_counter(cap.household or "", _window(plan, cap.per, windows), household), cap.by_times)
        for cap in plan.shared
    ]
    return [(name, by_times) for name, by_times in named if name is not None]
