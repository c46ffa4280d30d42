"""Cases for a person: opened by rules of suspicion, listed with what there is to look at and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlmodel import Session

from app.core.arrays import Bigints, Texts, statements
from app.core.clock import london_date
from app.core.ids import take_id, take_ids, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.earning.records import NewEvent
from app.earning.review.errors import CaseUnknown
from app.earning.suspicion import FLAGS
from rules.catalogue import EVENT_TYPES

DECIDED_WITHIN = timedelta(days=10)
"""How long a resident waits at most for a person to look."""

_UNSEEN = frozenset({"stop", "stop.ward"})
"""Where somebody went: nobody needs it to decide."""


@dataclass(frozen=True)
class CaseRead:
    """One case. `facts` is what there is to look at: of an event what it says, but not where; of a partner figures.

    `subject` is event or partner; `type`, `title`, `source`, `on` and `event_id` (the sender's) are of events.
    `resident` is whose event it is, for the audit trail alone.
    """

    id: UUID
    subject: str
    flag: str
    sentence: str
    facts: Mapping[str, Any]
    type: str | None
    title: str
    source: str | None
    event_id: str | None
    on: date | None
    opened_at: datetime
    due_at: datetime
    decision: str | None
    reason: str | None
    decided_at: datetime | None
    resident: UUID | None


_READ = """
    SELECT c.public_id, c.flag, c.evidence, c.opened_at, c.due_at, c.decision, c.reason, c.decided_at, c.partner_id,
           e.type, e.data, e.external_id, e.happened_at, s.name AS source, r.public_id AS resident
    FROM review_cases c LEFT JOIN events e ON e.id = c.event_id LEFT JOIN sources s ON s.id = e.source_id
    LEFT JOIN residents r ON r.id = e.resident_id
"""

_OPEN = """
    INSERT INTO review_cases (id, public_id, event_id, flag, evidence, opened_at, due_at)
    SELECT id, public_id::uuid, event, flag, '{}', %s, %s
    FROM unnest(%s, %s, %s, %s) AS new (id, public_id, event, flag)
"""


def open_event_cases(session: Session, *, events: Sequence[NewEvent], now: datetime) -> None:
    """A case for each of these newly kept events, which are flagged."""
    columns = [
        Bigints(take_ids(session, len(events))),
        Texts([uuid7(now).hex for _ in events]),
        Bigints([event.id for event in events]),
        Texts([event.flag for event in events]),
    ]
    with statements(session) as raw:
        raw.execute(_OPEN, [now, now + DECIDED_WITHIN, *columns])


def open_partner_case(
    session: Session, *, partner_id: int, flag: str, evidence: Mapping[str, object], now: datetime
) -> bool:
    """Whether a case was opened: while one of this kind about the partner waits, it gets the newer evidence."""
    made = session.execute(
        text(
            "INSERT INTO review_cases (id, public_id, partner_id, flag, evidence, opened_at, due_at)"
            " VALUES (:id, :public_id, :partner, :flag, CAST(:evidence AS jsonb), :now, :due)"
            " ON CONFLICT (partner_id, flag) WHERE decided_at IS NULL DO UPDATE SET evidence = excluded.evidence"
            " RETURNING xmax = 0"
        ),
        {
            "id": take_id(session),
            "public_id": uuid7(now),
            "partner": partner_id,
            "flag": flag,
            "evidence": msgspec.json.encode(evidence).decode(),
            "now": now,
            "due": now + DECIDED_WITHIN,
        },
    ).scalar_one()
    return bool(made)


def list_cases(session: Session, *, waiting: bool, after: str | None, limit: int) -> Page[CaseRead]:
    """Those that wait for a decision, or those that have one; oldest first. Raises CursorUnknown."""
    return _list(session, f"c.decided_at IS {'NULL' if waiting else 'NOT NULL'}", after, limit)


def find_newest_case(session: Session) -> int | None:
    """By internal id. Decided or not: another one means that there is more to look at."""
    newest: int | None = session.execute(text("SELECT max(id) FROM review_cases")).scalar_one()
    return newest


def list_own_cases(session: Session, *, resident_id: int, after: str | None, limit: int) -> Page[CaseRead]:
    """Those about this resident's events, oldest first. Raises CursorUnknown."""
    return _list(session, "e.resident_id = :resident", after, limit, resident=resident_id)


def get_case(session: Session, *, case: UUID) -> CaseRead:
    """Raises CaseUnknown."""
    row = session.execute(text(f"{_READ} WHERE c.public_id = :case"), {"case": case}).one_or_none()
    if row is None:
        raise CaseUnknown
    return _read(row)


def _list(session: Session, which: str, after: str | None, limit: int, **facts: int) -> Page[CaseRead]:
    limit = clamp_limit(limit)
    rows = session.execute(
        text(
            f"{_READ} WHERE {which} AND (CAST(:after AS uuid) IS NULL OR c.public_id > :after)"
            " ORDER BY c.public_id LIMIT :limit"
        ),
        {"after": parse_cursor(after), "limit": limit + 1, **facts},
    ).all()
    return Page(tuple(map(_read, rows[:limit])), rows[limit - 1].public_id.hex if len(rows) > limit else None)


def _read(row: Row[Any]) -> CaseRead:
    kind = EVENT_TYPES.get(row.type)
    places = {fact.name for fact in kind.facts if fact.place} if kind else set()
    said = row.data or {}
    return CaseRead(
        id=row.public_id,
        subject="event" if row.partner_id is None else "partner",
        flag=row.flag,
        sentence=FLAGS[row.flag],
        facts={name: value for name, value in (said or row.evidence).items() if name not in _UNSEEN | places},
        type=row.type,
        title=kind.title if kind else "Partner",
        source=row.source,
        event_id=row.external_id,
        on=london_date(row.happened_at) if row.happened_at else None,
        opened_at=row.opened_at,
        due_at=row.due_at,
        decision=row.decision,
        reason=row.reason,
        decided_at=row.decided_at,
        resident=row.resident,
    )
