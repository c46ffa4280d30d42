"""Events as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.paging import CursorUnknown
from app.earning.errors import EventUnknown
from app.earning.records import Status
from rules.catalogue import EVENT_TYPES
from rules.reasons import say_reasons


@dataclass(frozen=True)
class EventRead:
    """An event in full, for its source, its resident and officers."""

    id: int
    source: str
    external_id: str
    type: str
    resident_id: int
    happened_at: datetime
    recorded_at: datetime
    status: Status
    points: int
    adjusted: int
    lines: tuple[dict[str, object], ...]
    reasons: tuple[str, ...]
    counted: bool
    voided_at: datetime | None
    void_reason: str | None


@dataclass(frozen=True)
class Activity:
    """What a resident sees of an event: day and mode, never stop or time. `cursor` continues the list after it.

    So the cursor says nothing of the time either: it is the event's number.
    """

    source: str
    id: str
    type: str
    title: str
    on: date
    mode: str | None
    status: str
    points: int
    reasons: tuple[str, ...]
    sentences: tuple[str, ...]
    voided: bool
    cursor: str


_COLUMNS = (
    "e.id, s.name, e.external_id, e.type, e.resident_id, e.happened_at, e.recorded_at, e.status, e.points, e.adjusted,"
    " e.lines, e.reasons, e.counted, e.voided_at, e.void_reason"
)


def get_event(session: Session, *, source: str, external_id: str) -> EventRead:
    """Raises EventUnknown. Whether the caller may see it is the caller's question, not answered here."""
    row = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM events e JOIN sources s ON s.id = e.source_id"  # noqa: S608 - a constant
            " WHERE s.name = :source AND e.external_id = :id"
        ),
        {"source": source, "id": external_id},
    ).one_or_none()
    if row is None:
        raise EventUnknown
    return EventRead(
        id=row.id,
        source=row.name,
        external_id=row.external_id,
        type=row.type,
        resident_id=row.resident_id,
        happened_at=row.happened_at,
        recorded_at=row.recorded_at,
        status=Status(row.status),
        points=row.points,
        adjusted=row.adjusted,
        lines=tuple(row.lines or ()),
        reasons=tuple(row.reasons),
        counted=row.counted,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


def list_activity(session: Session, *, resident_id: int, after: str | None, limit: int) -> tuple[Activity, ...]:
    """Newest first; `after` is the cursor of the last one seen, None begins at the newest. Raises CursorUnknown."""
    happened_before, id_before = _find_last_seen(session, resident_id, after)
    rows = session.execute(
        text(
            "SELECT e.id, s.name, e.external_id, e.type, e.happened_at, e.data->>'mode' AS mode, e.status, e.points,"
            " e.reasons, e.voided_at FROM events e JOIN sources s ON s.id = e.source_id WHERE e.resident_id = :resident"
            " AND (e.happened_at, e.id) < (COALESCE(CAST(:before AS timestamptz), 'infinity'), :id)"
            " ORDER BY e.happened_at DESC, e.id DESC LIMIT :limit"
        ),
        {"resident": resident_id, "before": happened_before, "id": id_before, "limit": limit},
    )
    return tuple(
        Activity(
            source=row.name,
            id=row.external_id,
            type=row.type,
            title=EVENT_TYPES[row.type].title,
            on=london_date(row.happened_at),
            mode=row.mode,
            status=Status(row.status).word,
            points=row.points,
            reasons=tuple(row.reasons),
            sentences=say_reasons(row.reasons),
            voided=row.voided_at is not None,
            cursor=str(row.id),
        )
        for row in rows
    )


def sum_points_by_rule(session: Session) -> dict[str, int]:
    """What each rule has given so far, by rule key."""
    rows = session.execute(
        text(
            "SELECT line->>'rule', sum((line->>'got')::bigint) FROM events, jsonb_array_elements(lines) AS line"
            " WHERE points > 0 GROUP BY 1"
        )
    )
    return {rule: int(points) for rule, points in rows}


def _find_last_seen(session: Session, resident_id: int, after: str | None) -> tuple[datetime | None, int]:
    """When the resident's event of this number happened, and the number; None for the beginning."""
    if after is None:
        return None, 0
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):  # noqa: PLR2004 - digits of a bigint
        raise CursorUnknown
    happened = text("SELECT happened_at FROM events WHERE id = :id AND resident_id = :resident")
    found = session.execute(happened, {"id": int(after), "resident": resident_id}).scalar()
    if found is None:
        raise CursorUnknown
    return found, int(after)
