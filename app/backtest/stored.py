"""Stored events for a back-test, read chunk by chunk by the process that judges them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter, itemgetter, lt
from typing import Any, Final

import msgspec
import psycopg

from app.backtest.lives import Group, Life
from rules.event import EVIDENCE, Event

Facts = dict[str, str | int | bool]

# Neither sorted nor joined, which took PostgreSQL longer than finding the rows.
_READ = """
    SELECT resident_id, source_id, external_id, type, happened_at, data::text, resident_facts::text, evidence
    FROM events
    WHERE resident_id = ANY(%s) AND happened_at >= %s AND happened_at < %s AND voided_at IS NULL
          AND (%s::text[] IS NULL OR type = ANY(%s))
"""

_DECILES = "SELECT id, deprivation_decile FROM residents WHERE id = ANY(%s)"

_COUNT = """
    SELECT resident_id, count(*) FROM events
    WHERE happened_at >= %s AND happened_at < %s AND voided_at IS NULL GROUP BY resident_id ORDER BY resident_id
"""

_TYPES = """
    SELECT kind FROM unnest(%s::text[]) AS kind
    WHERE EXISTS (
        SELECT FROM events WHERE type = kind AND happened_at >= %s AND happened_at < %s AND voided_at IS NULL
    )
"""

_HOUSEHOLDS = """
    SELECT DISTINCT resident_facts ->> 'household', resident_id FROM events
    WHERE happened_at >= %s AND happened_at < %s AND voided_at IS NULL AND resident_facts ? 'household'
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Where the events stand, and which of them count: `from_at` is the first instant, `until_at` the first after.

    `role` is taken on by every connection. It is told and not looked up, for what knows it takes long to import.
    """

    url: str
    scheme: str
    role: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """`groups` are residents' ids. `types` are those of what everybody counts that the whole span has events of."""

    span: Span
    groups: tuple[tuple[int, ...], ...]
    types: frozenset[str]

    def may_hold(self, types: frozenset[str]) -> bool:
        return not types.isdisjoint(self.types)

    def read(self, types: frozenset[str] | None = None) -> Sequence[Group]:
        ids = [one for group in self.groups for one in group]
        wanted = None if types is None else sorted(types)
        with _opened_alone(self.span) as connection:
            sources: dict[int, str] = dict(connection.execute("SELECT id, name FROM sources").fetchall())
            deciles: dict[int, int | None] = dict(connection.execute(_DECILES, [ids]).fetchall())
            told = [ids, self.span.from_at, self.span.until_at, wanted, wanted]
            rows = connection.execute(_READ, told, binary=True).fetchall()
        events: defaultdict[int, list[Event]] = defaultdict(list)
        for number, source, name, kind, at, data, facts, evidence in rows:
            known = _read_facts(facts) if facts else {}
            event = Event(sources[source], name, kind, at, _read_facts(data), known, EVIDENCE[evidence])
            events[number].append(event)
        lives = {one: Life(one, _in_order(own), deciles.get(one)) for one, own in events.items()}
        groups = (tuple(lives[one] for one in group if one in lives) for group in self.groups)
        return [group for group in groups if group]


def plan_chunks(span: Span, *, most_events: int, by_household: bool, crowd_types: frozenset[str]) -> list[StoredChunk]:
    """Every resident with events, in chunks of about so many; `by_household` keeps those together who share one.

    `crowd_types` are the types of event that everybody counts together.
    """
    with opened(span) as connection:
        bounds = [span.from_at, span.until_at]
        counts: dict[int, int] = dict(connection.execute(_COUNT, bounds).fetchall())
        types = frozenset(kind for (kind,) in connection.execute(_TYPES, [sorted(crowd_types), *bounds]))
        shared: list[tuple[str, int]] = []
        if by_household:
            shared = connection.execute(_HOUSEHOLDS, bounds).fetchall()
    chunks: list[StoredChunk] = []
    held: list[tuple[int, ...]] = []
    events = 0
    for group in _join(list(counts), shared):
        held.append(group)
        events += sum(counts[one] for one in group)
        if events >= most_events:
            chunks.append(StoredChunk(span, tuple(held), types))
            held, events = [], 0
    return [*chunks, StoredChunk(span, tuple(held), types)] if held else chunks


def _join(ids: list[int], shared: Sequence[tuple[str, int]]) -> list[tuple[int, ...]]:
    groups: dict[int, list[int]] = {one: [one] for one in ids}
    for _, members in groupby(shared, key=itemgetter(0)):
        first, *others = (one for _, one in members)
        for other in others:
            into, gone = groups[first], groups[other]
            if into is not gone:
                into += gone
                groups.update(dict.fromkeys(gone, into))
    unique = {id(group): group for group in groups.values()}
    return [tuple(group) for group in unique.values()]


@contextmanager
def opened(span: Span) -> Iterator[psycopg.Connection[Any]]:
    """A connection that may only read, as the application's role; a chunk may take longer than a request."""
    with _connect(span) as connection:
        yield connection


def keep_connections() -> None:
    """For a process that judges chunks and then ends: connecting takes as long as reading thousands of events."""
    global _kept  # noqa: PLW0603 - one process, one connection
    _kept = {}


@contextmanager
def _opened_alone(span: Span) -> Iterator[psycopg.Connection[Any]]:
    """One of several at once: each of them has a processor, and PostgreSQL is not to want more for it."""
    if _kept is None:
        with _connect(span, _ALONE) as connection:
            yield connection
        return
    if span not in _kept:
        _kept[span] = _connect(span, _ALONE)
    yield _kept[span]


def _connect(span: Span, more: str = "") -> psycopg.Connection[Any]:
    options = f"-c search_path={span.scheme} -c timezone=UTC -c role={span.role} -c default_transaction_read_only=on"
    url = span.url.replace("postgresql+psycopg://", "postgresql://", 1)
    return psycopg.connect(url, options=options + more, autocommit=True)


_ALONE: Final = " -c max_parallel_workers_per_gather=0 -c jit=off"
_kept: dict[Span, psycopg.Connection[Any]] | None = None


def _in_order(events: list[Event]) -> tuple[Event, ...]:
    """By key. Most stand as they arrived, one after the other, and a look at that costs less than to sort."""
    instants = [event.happened_at for event in events]
    if not all(map(lt, instants, instants[1:])):
        events.sort(key=_key_of)
    return tuple(events)


@lru_cache(maxsize=16_384)
def _read_facts(written: str) -> Facts:
    """The same texts come again and again; nobody changes what they say."""
    return _FACTS.decode(written)


_FACTS = msgspec.json.Decoder(Facts)
_key_of = attrgetter("happened_at", "source", "id")
