"""Set-based reads and writes of intake: a few statements a batch, whatever its size. No ORM on this route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from rules.event import EVIDENCE, Event, Line, Outcome
from rules.state import State

VOID_REASON_LENGTH = 500


class Status(IntEnum):
    """What became of an event that is kept."""

    AWARDED = 1
    RECORDED = 2
    HELD = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event as it stands in the books, enough to answer a repeat."""

    digest: bytes
    status: Status
    points: int
    adjusted: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """One of a resident's events with what was decided about it."""

    id: int
    event: Event
    quarter: int
    lines: tuple[Line, ...]
    points: int
    reasons: tuple[str, ...]

    @property
    def grants(self) -> dict[str, int]:
        """Points by campaign."""
        granted: dict[str, int] = {}
        for line in self.lines:
            granted[line.campaign] = granted.get(line.campaign, 0) + line.got
        return granted


@dataclass(frozen=True, slots=True)
class LockedState:
    """A resident's state, locked until the transaction ends."""

    state: State
    refolds: int


@dataclass(slots=True)
class NewEvent:
    """An event about to be kept; `outcome` is filled in by the fold."""

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

    @property
    def points(self) -> int:
        return self.outcome.points if self.outcome else 0


def lock_states(session: Session, *, resident_ids: Sequence[int]) -> dict[int, LockedState]:
    """Make the missing rows and lock all, both in id order, so that two batches never wait for each other."""
    ids = sorted(set(resident_ids))
    session.execute(
        text(
            "INSERT INTO resident_states (resident_id) SELECT id FROM unnest(CAST(:ids AS bigint[])) AS id"
            " WHERE NOT EXISTS (SELECT FROM resident_states WHERE resident_id = id) ORDER BY id"
            " ON CONFLICT DO NOTHING"
        ),
        {"ids": ids},
    )
    rows = session.execute(
        text(
            "SELECT resident_id, state, refolds FROM resident_states WHERE resident_id = ANY(:ids)"
            " ORDER BY resident_id FOR UPDATE"
        ),
        {"ids": ids},
    )
    return {
        resident_id: LockedState(State.from_json(bytes(state)) if state is not None else State(), refolds)
        for resident_id, state, refolds in rows
    }


def find_known(session: Session, *, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], KnownEvent]:
    """Events that are in the books already, by (source id, external id)."""
    rows = session.execute(
        text(
            "SELECT source_id, external_id, digest, status, points, adjusted, reasons FROM events"
            " JOIN unnest(CAST(:sources AS smallint[]), CAST(:ids AS text[])) AS sent(source, id)"
            " ON source_id = sent.source AND external_id = sent.id"
        ),
        {"sources": [source for source, _ in keys], "ids": [external_id for _, external_id in keys]},
    )
    return {
        (source, external_id): KnownEvent(bytes(digest), Status(status), points, adjusted, tuple(reasons))
        for source, external_id, digest, status, points, adjusted, reasons in rows
    }


def load_kept(session: Session, *, resident_ids: Sequence[int]) -> dict[int, list[KeptEvent]]:
    """Every event that counts for these residents, in the order in which they fold; voided ones are left out."""
    rows = session.execute(
        text(
            "SELECT e.resident_id, e.id, s.name, e.external_id, e.type, e.happened_at, e.data, e.resident_facts,"
            " e.evidence, e.quarter, e.lines, e.points, e.reasons FROM events e JOIN sources s ON s.id = e.source_id"
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


def insert_events(session: Session, *, events: Sequence[NewEvent], quarter: int, now: datetime) -> int:
    """Keep new events; the number that were new after all (fewer: somebody sent the same in between)."""
    records = [
        {
            "id": new.id,
            "resident_id": new.resident_id,
            "card_id": new.card_id,
            "happened_at": new.event.happened_at,
            "points": new.points,
            "adjusted": new.adjusted,
            "source_id": new.source_id,
            "evidence": EVIDENCE.index(new.event.evidence),
            "status": Status.AWARDED if new.points else Status.RECORDED,
            "counted": new.counted,
            "external_id": new.event.id,
            "type": new.event.type,
            "digest": new.digest.hex(),
            "data": new.event.data,
            "resident_facts": new.event.resident,
            "lines": new.outcome.lines if new.outcome and new.outcome.lines else None,
            "reasons": new.reasons,
        }
        for new in events
    ]
    done = session.execute(
        text(
            "INSERT INTO events (id, resident_id, card_id, happened_at, recorded_at, points, adjusted, source_id,"
            " evidence, status, quarter, counted, external_id, type, digest, data, resident_facts, lines, reasons)"
            " SELECT id, resident_id, card_id, happened_at, :now, points, adjusted, source_id, evidence, status,"
            " :quarter, counted, external_id, type, decode(digest, 'hex'), data, resident_facts, lines, reasons"
            " FROM json_to_recordset(CAST(:records AS json)) AS sent(id bigint, resident_id bigint, card_id bigint,"
            " happened_at timestamptz, points bigint, adjusted bigint, source_id smallint, evidence smallint,"
            " status smallint, counted boolean, external_id text, type text, digest text, data jsonb,"
            " resident_facts jsonb, lines jsonb, reasons text[]) ORDER BY source_id, external_id"
            " ON CONFLICT (source_id, external_id) DO NOTHING"
        ),
        {"now": now, "quarter": quarter, "records": msgspec.json.encode(records).decode()},
    )
    return int(done.rowcount)  # type: ignore[attr-defined] # an INSERT's result has it; the annotation is general


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
        }
        for known, outcome in changed
    ]
    session.execute(
        text(
            "UPDATE events SET points = new.points, status = new.status, quarter = new.quarter, lines = new.lines,"
            " reasons = new.reasons FROM json_to_recordset(CAST(:records AS json)) AS new(id bigint, points bigint,"
            " status smallint, quarter smallint, lines jsonb, reasons text[]) WHERE events.id = new.id"
        ),
        {"records": msgspec.json.encode(records).decode()},
    )


def save_states(session: Session, *, states: dict[int, LockedState]) -> None:
    """Write the residents' states back; the rows are locked already."""
    session.execute(
        text(
            "UPDATE resident_states SET state = new.state, refolds = new.refolds FROM"
            " unnest(CAST(:ids AS bigint[]), CAST(:states AS bytea[]), CAST(:refolds AS int[]))"
            " AS new(id, state, refolds) WHERE resident_id = new.id"
        ),
        {
            "ids": list(states),
            "states": [locked.state.to_json() for locked in states.values()],
            "refolds": [locked.refolds for locked in states.values()],
        },
    )


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
    return KeptEvent(kept.id, event, kept.quarter, kept.lines or (), kept.points, kept.reasons)


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
