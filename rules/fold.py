"""A resident's events, in order, into decisions. `fold` takes in what comes next; `replay` begins at the beginning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rules.artefact import Timeline
from rules.clock import LONDON, PERS, Clock, to_micros
from rules.decide import NO_RULE, Decision, Shares, decide
from rules.errors import OUT_OF_ORDER, NeedsReplay
from rules.event import Event, Outcome
from rules.state import Mark, Register, State
from rules.trips import SAME_STOP_MICROS, TAP, TRIP, TRIP_MICROS, classify, find_cancelled

_PASSING: Final = frozenset({"day", "week", "month"})


@dataclass(frozen=True, slots=True)
class Folded:
    """`decisions` and `outcomes` stand in the order of the events."""

    state: State
    outcomes: list[Outcome]
    decisions: list[Decision]


def replay(timeline: Timeline, events: Iterable[Event], remaining: dict[str, int] | None) -> Folded:
    """All events of one resident, in any order, from the beginning; one given twice counts once."""
    unique = {event.key: event for event in events}
    return fold(timeline, State(), [unique[key] for key in sorted(unique)], remaining)


def fold(timeline: Timeline, state: State, events: Sequence[Event], remaining: dict[str, int] | None) -> Folded:
    """Takes in events of one resident that are sorted by key and come after all that `state` has seen.

    `remaining` is what is left of each campaign's budget in points, and is debited; a campaign that is not named has
    nothing left, and None means no budget at all. Raises NeedsReplay, with nothing changed, when an event is not
    later than the last one, or when a tap-off cancels a boarding that was folded before.
    """
    if not events:
        return Folded(state, [], [])
    micros, marks = _read_order(state, events)
    boardings = dict(state.boardings)
    cancelled = find_cancelled(boardings, events, micros)
    shares = Shares(remaining, dict(state.registers))
    opened_at = state.trip_opened_at
    outcomes: list[Outcome] = []
    decisions: list[Decision] = []
    for index, event in enumerate(events):
        at, kind = micros[index], event.type
        if kind == TAP:
            reason = classify(event, at, opened_at, cancelled=index in cancelled)
            if reason is None:
                opened_at, kind = at, TRIP
            else:
                outcomes.append(Outcome(event.key, (), (reason,), 0))
                decisions.append(Decision((), (), (reason,), seen=False))
                continue
        artefact = timeline.at(event.happened_at)
        if artefact is None:
            decision = NO_RULE
        else:
            decision = decide(artefact.program, kind, event, artefact.program.clock.moment(at), shares)
        decisions.append(decision)
        outcomes.append(Outcome(event.key, decision.lines, decision.reasons, sum(line.got for line in decision.lines)))
    artefact = timeline.at(events[-1].happened_at)
    clock = artefact.program.clock if artefact else LONDON
    last = micros[-1]
    folded = State(
        registers=_prune(shares.registers, clock, last),
        trip_opened_at=opened_at if opened_at is not None and last - opened_at <= TRIP_MICROS else None,
        boardings={stop: at for stop, at in boardings.items() if last - at <= SAME_STOP_MICROS},
        last=marks[-1],
    )
    return Folded(folded, outcomes, decisions)


def _read_order(state: State, events: Sequence[Event]) -> tuple[list[int], list[Mark]]:
    micros, marks = [], []
    latest = state.last
    for event in events:
        at = to_micros(event.happened_at)
        mark = (at, event.source, event.id)
        if latest is not None and mark <= latest:
            raise NeedsReplay(OUT_OF_ORDER)
        latest = mark
        micros.append(at)
        marks.append(mark)
    return micros, marks


def _prune(registers: dict[str, Register], clock: Clock, last: int) -> dict[str, Register]:
    """Drops the windows that are over. What is kept depends on the last event alone, not on how batches were cut."""
    windows = dict(zip(PERS, clock.moment(last).windows, strict=True))
    return {
        name: register
        for name, register in registers.items()
        if (per := name.split("/", 2)[1]) not in _PASSING or register[0] == windows[per]  # type: ignore[index]
    }
