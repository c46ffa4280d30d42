"""A resident's events, in order, into decisions. `fold` takes in what comes next; `replay` begins at the beginning."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from rules.artefact import Timeline
from rules.clock import LONDON, PERS, Clock, to_micros
from rules.decide import decide, refuse
from rules.errors import OUT_OF_ORDER, NeedsReplay
from rules.event import EVIDENCE, Event, Outcome
from rules.program import Program
from rules.progress import Step
from rules.state import Mark, Register, State
from rules.trips import SAME_STOP_MICROS, TAP, TRIP, TRIP_MICROS, classify, find_cancelled

_NEVER: Final = -(1 << 63)
_BEFORE_ALL: Final = (_NEVER, "", "")
_PASSING: Final = {per: PERS.index(per) for per in ("day", "week", "month")}


class Folded(msgspec.Struct, frozen=True):
    """`outcomes` stand in the order of the events."""

    state: State
    outcomes: list[Outcome]


def replay(
    timeline: Timeline,
    events: Iterable[Event],
    remaining: dict[str, int] | None,
    shared: dict[str, Register] | None = None,
) -> Folded:
    """All events of one resident, in any order, from the beginning; one given twice counts once."""
    unique = {event.key: event for event in events}
    return fold(timeline, State(), [unique[key] for key in sorted(unique)], remaining, shared)


def fold(
    timeline: Timeline,
    state: State,
    events: Sequence[Event],
    remaining: dict[str, int] | None,
    shared: dict[str, Register] | None = None,
) -> Folded:
    """Takes in events of one resident that are sorted by key and come after all that `state` has seen.

    `remaining` is what is left of each campaign's budget in points, and is debited; a campaign that is not named has
    nothing left, and None means no budget at all. `shared` has the counters of households and the community that
    `shared_counters` names, and is moved; one that is not there is 0, and None means that all are. Raises NeedsReplay,
    with nothing changed, when an event is not later than the last one, or when a tap-off cancels a boarding that was
    folded before.
    """
    if not events:
        return Folded(state, [])
    micros, last = _read_order(state, events)
    boardings = dict(state.boardings)
    cancelled = find_cancelled(boardings, events, micros)
    registers = dict(state.registers)
    counters = {} if shared is None else shared
    opened_at = state.trip_opened_at
    outcomes: list[Outcome] = []
    windows: tuple[int, ...] | None = None
    program, changes_at = None, _NEVER
    for index, event in enumerate(events):
        at, kind, windows = micros[index], event.type, None
        if kind == TAP:
            reason = classify(event, at, opened_at, cancelled=index in cancelled)
            if reason is not None:
                outcomes.append(refuse(event, (reason,), seen=False))
                continue
            opened_at, kind = at, TRIP
        if at >= changes_at:
            program, changes_at = timeline.span_at(at)
        if program is None:
            outcomes.append(refuse(event))
            continue
        moment = program.clock.moment(at)
        windows = moment.windows
        step = Step(event, event.data, at, windows, remaining, registers, counters, {}, {})
        outcomes.append(decide(program, kind, moment, step))
        if program.memories:
            _remember(program, kind, event, at, registers)
    at = micros[-1]
    folded = State(
        registers=_prune(registers, windows or _clock_of(timeline, events[-1]).moment(at).windows),
        trip_opened_at=opened_at if opened_at is not None and at - opened_at <= TRIP_MICROS else None,
        boardings=boardings
        and {stop: boarded for stop, boarded in boardings.items() if at - boarded <= SAME_STOP_MICROS},
        last=last,
    )
    return Folded(folded, outcomes)


def _read_order(state: State, events: Sequence[Event]) -> tuple[list[int], Mark]:
    """The events' instants, and the place of the last one in the order."""
    latest_at, source, name = state.last or _BEFORE_ALL
    micros = []
    for event in events:
        at = to_micros(event.happened_at)
        if at <= latest_at and (at, event.source, event.id) <= (latest_at, source, name):
            raise NeedsReplay(OUT_OF_ORDER)
        latest_at, source, name = at, event.source, event.id
        micros.append(at)
    return micros, (latest_at, source, name)


def _remember(program: Program, kind: str, event: Event, at: int, registers: dict[str, Register]) -> None:
    """For sequences that begin with an event like this one."""
    for memory in program.memories.get(kind, ()):
        if event.source == memory.source and EVIDENCE.index(event.evidence) >= memory.rank:
            registers[memory.counter] = (0, at, 0)


def _clock_of(timeline: Timeline, event: Event) -> Clock:
    artefact = timeline.at(event.happened_at)
    return artefact.program.clock if artefact else LONDON


def _prune(registers: dict[str, Register], windows: tuple[int, ...]) -> dict[str, Register]:
    """Drops the windows that are over. What is kept depends on the last event alone, not on how batches were cut."""
    kept = {}
    for name, register in registers.items():
        per = _PASSING_OF.get(name)
        if per is None:
            per = _find_passing(name)
        if not per or register[0] == windows[per]:
            kept[name] = register
    return kept


_PASSING_OF: Final[dict[str, int]] = {}
_MOST_NAMES: Final = 16_384


def _find_passing(name: str) -> int:
    """The place in PERS of a counter's window, 0 for one that never passes. Names are few, and this is asked often."""
    if len(_PASSING_OF) >= _MOST_NAMES:
        _PASSING_OF.clear()
    per = _PASSING_OF[name] = _PASSING.get(name.split("/", 2)[1], 0)
    return per
