"""What a back-test reads: the events of residents, and who has to be judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rules.catalogue import HOUSEHOLD
from rules.event import Event


@dataclass(frozen=True, slots=True)
class Life:
    """One resident's events, sorted by key, each once.

    `number` is the resident's within this back-test. `decile` is the deprivation of the area around the home.
    """

    number: int
    events: tuple[Event, ...]
    decile: int | None = None


Group = tuple[Life, ...]
"""Residents who share a household's limits, or one resident alone."""


class Chunk(Protocol):
    """So many groups as fit into memory; it travels to another process and reads there.

    `types` are the types of event that are asked for, None for all; where it may hold none of them, nobody need read.
    """

    def may_hold(self, types: frozenset[str]) -> bool: ...

    def read(self, types: frozenset[str] | None = None) -> Sequence[Group]: ...


@dataclass(frozen=True, slots=True)
class HeldChunk:
    """Groups that are in memory already."""

    groups: tuple[Group, ...]

    def may_hold(self, types: frozenset[str]) -> bool:
        return any(event.type in types for group in self.groups for life in group for event in life.events)

    def read(self, types: frozenset[str] | None = None) -> Sequence[Group]:
        if types is None:
            return self.groups
        return [narrow(group, types) for group in self.groups]


def narrow(group: Group, types: frozenset[str]) -> Group:
    """The same residents with their events of these types."""
    return tuple(replace(life, events=tuple([event for event in life.events if event.type in types])) for life in group)


def join_households(lives: Sequence[Life]) -> list[Group]:
    """Whoever was ever in one household is judged together; in the order of the first of each."""
    leader = list(range(len(lives)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    seen: dict[object, int] = {}
    for index, life in enumerate(lives):
        for event in life.events:
            household = event.resident.get(HOUSEHOLD)
            if household is None:
                continue
            one, other = find(index), find(seen.setdefault(household, index))
            leader[max(one, other)] = min(one, other)
    joined: dict[int, list[Life]] = {}
    for index, life in enumerate(lives):
        joined.setdefault(find(index), []).append(life)
    return [tuple(group) for group in joined.values()]


def cut_chunks(groups: Sequence[Group], *, most_events: int) -> list[HeldChunk]:
    """Groups stay whole, so a chunk may go over by one group's events."""
    chunks: list[HeldChunk] = []
    held: list[Group] = []
    events = 0
    for group in groups:
        held.append(group)
        events += sum(len(life.events) for life in group)
        if events >= most_events:
            chunks.append(HeldChunk(tuple(held)))
            held, events = [], 0
    return [*chunks, HeldChunk(tuple(held))] if held else chunks
