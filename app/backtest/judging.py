"""Groups of residents through the engine. What everybody does together is settled first: see `list_crowds`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from msgspec.structs import replace

from app.backtest.lives import Group, Life
from rules.artefact import Timeline
from rules.catalogue import CHALLENGE
from rules.clock import to_micros
from rules.coherence import find_challenge
from rules.decide import refuse
from rules.event import Event, Key, Outcome
from rules.fold import fold
from rules.parts import Unlock
from rules.progress import Crowd
from rules.state import Register, State
from rules.trips import TAP, TRIP, find_cancelled

Settled = Mapping[Key, Mapping[str, int]]
"""By event: the totals of the community's counters after it, over everybody."""
Move = tuple[Key, str, int]
"""An event moves a community's counter by so much."""
_COMMUNITY = "community/"


@dataclass(frozen=True, slots=True)
class Judged:
    """One resident's outcomes in the order of `life.events`."""

    life: Life
    outcomes: Sequence[Outcome]


def judge_group(timeline: Timeline, group: Group, settled: Settled) -> list[Judged]:
    """What past behaviour would have earned from budgets without end."""
    if len(group) == 1:
        (life,) = group
        folded = fold(timeline, State(), _with_settled(life.events, settled), None, {})
        return [Judged(life, folded.outcomes)]
    return _judge_together(timeline, group, settled)


def _with_settled(events: Sequence[Event], settled: Settled) -> Sequence[Event]:
    if not settled:
        return events
    return [replace(event, shared=settled[event.key]) if event.key in settled else event for event in events]


def _judge_together(timeline: Timeline, group: Group, settled: Settled) -> list[Judged]:
    """In the order in which things happened, so that whoever came first used what the household shares."""
    outcomes: list[dict[Key, Outcome]] = [{} for _ in group]
    states = [State() for _ in group]
    shared: dict[str, Register] = {}
    turns: list[tuple[Event, int]] = []
    for member, life in enumerate(group):
        # A boarding that is cancelled later must be known before others have their turn.
        cancelled = find_cancelled({}, life.events, [to_micros(event.happened_at) for event in life.events])
        for index, event in enumerate(_with_settled(life.events, settled)):
            if index in cancelled:
                outcomes[member][event.key] = refuse(event, ("no_trip_same_stop",), seen=False)
            else:
                turns.append((event, member))
    turns.sort(key=lambda turn: turn[0].key)
    for member, own in groupby(turns, key=lambda turn: turn[1]):
        folded = fold(timeline, states[member], [event for event, _ in own], None, shared)
        states[member] = folded.state
        outcomes[member].update((outcome.key, outcome) for outcome in folded.outcomes)
    return [Judged(life, [outcomes[member][event.key] for event in life.events]) for member, life in enumerate(group)]


@dataclass(frozen=True, slots=True)
class Crowds:
    """Counters of the community by the fronts of their names. `types` of event tell all about them; None is every."""

    fronts: frozenset[str]
    types: frozenset[str] | None


def list_crowds(timeline: Timeline) -> list[Crowds]:
    """Those that depend on no other ones first.

    A goal over challenges depends on who unlocked them, and that may depend on another goal.
    """
    ((_, artefact),) = timeline.entries
    openers = {rule.effect.challenge: rule for rule in artefact.rules if isinstance(rule.effect, Unlock)}
    found: dict[int, set[str]] = {}
    triggers: set[str] = set()
    for rule, plan in zip(artefact.rules, artefact.program.plans, strict=True):
        if not isinstance(plan.meter, Crowd):
            continue
        depth, other = 0, rule
        while other.trigger == CHALLENGE and (opener := openers.get(find_challenge(other.when) or "")) is not None:
            depth, other = depth + 1, opener
        found.setdefault(depth, set()).add(plan.meter.counter)
        if depth == 0:
            # A trip is found among all the taps.
            triggers |= {TRIP, TAP} if rule.trigger == TRIP else {rule.trigger}
    return [Crowds(frozenset(found[depth]), None if depth else frozenset(triggers)) for depth in sorted(found)]


def find_moves(timeline: Timeline, group: Group, settled: Settled, fronts: frozenset[str]) -> list[Move]:
    """What a group adds to the counters of `fronts`, none of which is among those settled."""
    moves: list[Move] = []
    totals: dict[str, int] = {}
    outcomes = [outcome for judged in judge_group(timeline, group, settled) for outcome in judged.outcomes]
    for outcome in sorted(outcomes, key=lambda outcome: outcome.key):
        for name, after in outcome.shared.items():
            if name.startswith(_COMMUNITY) and name.rpartition("/")[0] in fronts:
                moves.append((outcome.key, name, after - totals.get(name, 0)))
                totals[name] = after
    return moves


def settle_moves(moves: Iterable[Move], settled: Settled) -> Settled:
    """Adds up everybody's, in the order in which they happened."""
    totals: dict[str, int] = {}
    every = {key: dict(values) for key, values in settled.items()}
    for key, name, quantity in sorted(moves):
        totals[name] = totals.get(name, 0) + quantity
        every.setdefault(key, {})[name] = totals[name]
    return every
