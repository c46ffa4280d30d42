"""Set-based reads and writes of intake: a few statements a batch, whatever its size. No ORM on this route."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import IntEnum

import msgspec
from msgspec.structs import replace
from psycopg import errors as pg
from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import Bigints, Blobs, Instants, Texts, pipeline, statements
from app.core.errors import TryAgain
from rules.event import EVIDENCE, Event, Line, Outcome
from rules.state import State

VOID_REASON_LENGTH = 500

ERASED = -1
"""Stands for the refolds of a resident who was erased, so that whatever waited for their state turns back."""


class Status(IntEnum):
    """What became of an event that is kept."""

    AWARDED = 1
    RECORDED = 2
    HELD = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class KnownEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it stands in the books, enough to answer a repeat."""

    digest: bytes
    status: Status
    points: int
    adjusted: int
    reasons: tuple[str, ...]


class KeptEvent(msgspec.Struct, frozen=True, gc=False):
    """One of a resident's events with what was decided about it."""

    id: int
    event: Event
    quarter: int
    lines: tuple[Line, ...]
    points: int
    reasons: tuple[str, ...]
    shared: dict[str, int]

    @property
    def grants(self) -> dict[str, int]:
        """Points by campaign."""
        granted: dict[str, int] = {}
        for line in self.lines:
            granted[line.campaign] = granted.get(line.campaign, 0) + line.got
        return granted

    def as_decided(self) -> Event:
        """The event with what its budgets and shared counters were then: a replay gives the very lines stored."""
        return replace(self.event, pinned={line.rule: line.got for line in self.lines}, shared=self.shared)

    def with_shared(self, shared: dict[str, int]) -> Event:
        """The event, to be decided anew with these counters as they were."""
        return replace(self.event, shared=shared)


class LockedState(msgspec.Struct, frozen=True, gc=False):
    """A resident's state, locked until the transaction ends."""

    state: State
    refolds: int


class NewEvent(msgspec.Struct, gc=False, eq=False):
    """An event about to be kept; `outcome` is filled in by the fold. `flag` says why a person looks at it first."""

    id: int
    resident_id: int
    card_id: int
    source_id: int
    digest: bytes
    event: Event
    counted: bool
    outcome: Outcome | None = None
    adjusted: int = 0
    reasons: tuple[str, ...] = ()
    flag: str | None = None

    @property
    def points(self) -> int:
        return self.outcome.points if self.outcome else 0


_MAKE_STATES = """
    INSERT INTO resident_states (resident_id) SELECT id FROM unnest(%s) AS id
    WHERE NOT EXISTS (SELECT FROM resident_states WHERE resident_id = id) ON CONFLICT DO NOTHING
"""

_LOCK_STATES = """
    SELECT s.resident_id, s.state, s.refolds FROM unnest(%s) AS id JOIN resident_states s ON s.resident_id = id
    ORDER BY s.resident_id FOR UPDATE OF s
"""

_SAVE_STATES = """
    UPDATE resident_states s SET state = new.state, refolds = new.refolds
    FROM unnest(%s, %s, %s) AS new (id, state, refolds) WHERE s.resident_id = new.id
"""

_FIND_KNOWN = """
    SELECT e.source_id, e.external_id, e.digest, e.status, e.points, e.adjusted, e.reasons
    FROM unnest(%s, %s) AS sent (source, id)
    JOIN events e ON e.source_id = sent.source::smallint AND e.external_id = sent.id
"""

_INSERT = """
    INSERT INTO events (id, resident_id, card_id, happened_at, points, adjusted, source_id, evidence, status, counted,
                        external_id, type, digest, data, resident_facts, lines, reasons, shared, recorded_at, quarter)
    SELECT id, resident, card, happened_at, points, adjusted, source, evidence, status, counted = 1,
           external_id, type, digest, data::jsonb, facts::jsonb, lines::jsonb, reasons::text[], shared::jsonb,
           %s, %s::smallint
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
         AS new (id, resident, card, happened_at, points, adjusted, source, evidence, status, counted,
                 external_id, type, digest, data, facts, lines, reasons, shared)
"""


def lock_states(session: Session, *, resident_ids: Collection[int]) -> dict[int, LockedState]:
    """Make the missing rows and lock all, both in id order, so that two batches never wait for each other.

    Raises TryAgain when one of them was erased in between: whoever asks again does not find them any more.
    """
    ids = Bigints(sorted(set(resident_ids)))
    with pipeline(session) as raw:
        raw.execute(_MAKE_STATES, [ids])
        locked = raw.execute(_LOCK_STATES, [ids], binary=True)
    rows = locked.fetchall()
    if any(refolds == ERASED for _, _, refolds in rows):
        raise TryAgain
    return {
        resident_id: LockedState(State() if state is None else State.from_bytes(state), refolds)
        for resident_id, state, refolds in rows
    }


def find_known(session: Session, *, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], KnownEvent]:
    """Events that are in the books already, by (source id, external id)."""
    sent = [Bigints([source for source, _ in keys]), Texts([external_id for _, external_id in keys])]
    with statements(session) as raw:
        rows = raw.execute(_FIND_KNOWN, sent, binary=True).fetchall()
    return {
        (source, external_id): KnownEvent(digest, Status(status), points, adjusted, tuple(reasons))
        for source, external_id, digest, status, points, adjusted, reasons in rows
    }


def load_kept(session: Session, *, resident_ids: Sequence[int]) -> dict[int, list[KeptEvent]]:
    """Every event that counts for these residents, in the order in which they fold; voided ones are left out."""
    rows = session.execute(
        text(
            "SELECT e.resident_id, e.id, s.name, e.external_id, e.type, e.happened_at, e.data, e.resident_facts,"
            " e.evidence, e.quarter, e.lines, e.points, e.reasons, e.shared"
            " FROM events e JOIN sources s ON s.id = e.source_id"
            " WHERE e.resident_id = ANY(:ids) AND e.counted AND e.voided_at IS NULL"
        ),
        {"ids": list(resident_ids)},
    )
    kept: dict[int, list[KeptEvent]] = {resident_id: [] for resident_id in resident_ids}
    for row in rows:
        kept[row.resident_id].append(_read_kept(row))
    for events in kept.values():
        events.sort(key=lambda known: known.event.key)
    return kept


def insert_events(session: Session, *, events: Sequence[NewEvent], quarter: int, now: datetime) -> None:
    """Keep new events. Raises TryAgain when somebody sent one of them in between."""
    if not events:
        return
    encode = msgspec.json.encode
    judged = [new.event for new in events]
    facts = {id(event.resident): encode(event.resident) for event in judged}
    columns = [
        Bigints([new.id for new in events]),
        Bigints([new.resident_id for new in events]),
        Bigints([new.card_id for new in events]),
        Instants([event.happened_at for event in judged]),
        Bigints([new.points for new in events]),
        Bigints([new.adjusted for new in events]),
        Bigints([new.source_id for new in events]),
        Bigints([EVIDENCE.index(event.evidence) for event in judged]),
        Bigints([_status_of(new) for new in events]),
        Bigints([new.counted for new in events]),
        Texts([event.id for event in judged]),
        Texts([event.type for event in judged]),
        Blobs([new.digest for new in events]),
        Texts([encode(event.data) for event in judged]),
        Texts([facts[id(event.resident)] for event in judged]),
        Texts([encode(new.outcome.lines) if new.outcome and new.outcome.lines else None for new in events]),
        # Reasons are our own codes, letters and underscores: an array of them needs no quotes.
        Texts([f"{{{','.join(new.reasons)}}}" for new in events]),
        Texts([encode(new.outcome.shared) if new.outcome and new.outcome.shared else None for new in events]),
    ]
    # No ON CONFLICT: its speculative insertion logs a second record for every row, for the sake of a rare clash.
    try:
        with statements(session) as raw:
            raw.execute(_INSERT, [now, quarter, *columns])
    except pg.UniqueViolation as fault:
        raise TryAgain from fault


def _status_of(new: NewEvent) -> Status:
    if new.flag:
        return Status.HELD
    return Status.AWARDED if new.points else Status.RECORDED


def update_outcomes(session: Session, *, changed: Sequence[tuple[KeptEvent, Outcome]], quarter: int) -> None:
    """Write what a refold decided anew about earlier events; a gain belongs to the quarter it is posted in."""
    records = [
        {
            "id": known.id,
            "points": outcome.points,
            "status": Status.AWARDED if outcome.points else Status.RECORDED,
            "quarter": quarter if outcome.points > known.points else known.quarter,
            "lines": outcome.lines or None,
            "reasons": outcome.reasons,
            "shared": outcome.shared or None,
        }
        for known, outcome in changed
    ]
    session.execute(
        text(
            "UPDATE events SET points = new.points, status = new.status, quarter = new.quarter, lines = new.lines,"
            " reasons = new.reasons, shared = new.shared FROM json_to_recordset(CAST(:records AS json))"
            " AS new(id bigint, points bigint, status smallint, quarter smallint, lines jsonb, reasons text[],"
            " shared jsonb) WHERE events.id = new.id"
        ),
        {"records": msgspec.json.encode(records).decode()},
    )


def save_states(session: Session, *, states: dict[int, LockedState]) -> None:
    """Write the residents' states back; the rows are locked already."""
    columns = [
        Bigints(states),
        Blobs([locked.state.to_bytes() for locked in states.values()]),
        Bigints([locked.refolds for locked in states.values()]),
    ]
    with statements(session) as raw:
        raw.execute(_SAVE_STATES, columns)


SharedRow = tuple[int, int, int]
"""Window, value, and 0: a counter that residents share, as the engine reads it."""

_MAKE_SHARED = """
    INSERT INTO shared_counters (name, window_number, value) SELECT wanted.name, 0, 0
    FROM unnest(%s) AS wanted (name)
    WHERE NOT EXISTS (SELECT FROM shared_counters known WHERE known.name = wanted.name) ON CONFLICT DO NOTHING
"""

_LOCK_SHARED = """
    SELECT c.name, c.window_number, c.value FROM unnest(%s) AS wanted (name)
    JOIN shared_counters c ON c.name = wanted.name ORDER BY c.name COLLATE "C" FOR UPDATE OF c
"""

_SAVE_SHARED = """
    UPDATE shared_counters c SET window_number = new.at, value = new.value
    FROM unnest(%s, %s, %s) AS new (name, at, value) WHERE c.name = new.name
"""


def lock_shared(session: Session, *, names: Collection[str]) -> dict[str, SharedRow]:
    """Make the missing rows and lock all in the order of their names; after the states and before the budgets."""
    wanted = Texts(sorted(names))
    with pipeline(session) as raw:
        raw.execute(_MAKE_SHARED, [wanted])
        locked = raw.execute(_LOCK_SHARED, [wanted])
    return {name: (window, value, 0) for name, window, value in locked.fetchall()}


def save_shared(session: Session, *, rows: dict[str, SharedRow]) -> None:
    """Write counters back; the rows are locked already."""
    columns = [
        Texts(rows),
        Bigints([window for window, _, _ in rows.values()]),
        Bigints([value for _, value, _ in rows.values()]),
    ]
    with statements(session) as raw:
        raw.execute(_SAVE_SHARED, columns)


def count_not_enrolled(session: Session, *, counts: dict[tuple[int, date], int]) -> None:
    """Add to the daily numbers of events for cards that nobody has enrolled."""
    for (source_id, counted_on), events in sorted(counts.items()):
        session.execute(
            text(
                "INSERT INTO not_enrolled_counts VALUES (:source, :day, :events) ON CONFLICT (source_id, counted_on)"
                " DO UPDATE SET events = not_enrolled_counts.events + excluded.events"
            ),
            {"source": source_id, "day": counted_on, "events": events},
        )


def _read_kept(row: object) -> KeptEvent:
    kept = msgspec.convert(row, _KeptRow, from_attributes=True)
    event = Event(
        source=kept.name,
        id=kept.external_id,
        type=kept.type,
        happened_at=kept.happened_at,
        data=kept.data,
        resident=kept.resident_facts or {},
        evidence=EVIDENCE[kept.evidence],
    )
    return KeptEvent(kept.id, event, kept.quarter, kept.lines or (), kept.points, kept.reasons, kept.shared or {})


class _KeptRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    external_id: str
    type: str
    happened_at: datetime
    data: dict[str, str | int | bool]
    resident_facts: dict[str, str | int | bool] | None
    evidence: int
    quarter: int
    lines: tuple[Line, ...] | None
    points: int
    reasons: tuple[str, ...]
    shared: dict[str, int] | None
