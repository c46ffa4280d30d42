"""Complaints: acknowledged within 30 days, answered by a person, and listed by when they are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id, take_id, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.identity.queries import OfficerRead
from app.rights.errors import ComplaintAnswered, ComplaintUnknown

ACKNOWLEDGED_WITHIN = timedelta(days=30)
"""Data (Use and Access) Act 2025, section 103: the complaint is acknowledged within 30 days."""


@dataclass(frozen=True)
class ComplaintRead:
    """`due_at` is by when it is acknowledged; `state` is new, acknowledged or answered."""

    id: UUID
    resident: UUID
    text: str
    made_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    answer: str | None
    answered_at: datetime | None

    @property
    def state(self) -> str:
        if self.answered_at is not None:
            return "answered"
        return "new" if self.acknowledged_at is None else "acknowledged"


def make_complaint(session: Session, *, resident_id: int, words: str, now: datetime) -> ComplaintRead:
    """Keep it, and start its clock."""
    complaint = uuid7(now)
    session.execute(
        text(
            "INSERT INTO complaints (id, public_id, resident_id, text, made_at, due_at)"
            " VALUES (:id, :public_id, :resident, :words, :now, :due)"
        ),
        {
            "id": take_id(session),
            "public_id": complaint,
            "resident": resident_id,
            "words": words,
            "now": now,
            "due": now + ACKNOWLEDGED_WITHIN,
        },
    )
    return _get(session, complaint)


def list_own_complaints(session: Session, *, resident_id: int) -> tuple[ComplaintRead, ...]:
    """The resident's own, newest first; there are few."""
    rows = session.execute(
        text(f"{_READ} WHERE c.resident_id = :resident ORDER BY c.id DESC"), {"resident": resident_id}
    )
    return tuple(map(_read, rows))


def list_complaints(session: Session, *, answered: bool, after: str | None, limit: int) -> Page[ComplaintRead]:
    """Those that wait, or those that were answered; oldest, and so soonest due, first. Raises CursorUnknown."""
    limit = clamp_limit(limit)
    rows = session.execute(
        text(
            f"{_READ} WHERE (c.answered_at IS NOT NULL) = :answered"
            " AND (CAST(:after AS uuid) IS NULL OR c.public_id > :after) ORDER BY c.public_id LIMIT :limit"
        ),
        {"answered": answered, "after": parse_cursor(after), "limit": limit + 1},
    ).all()
    return Page(tuple(map(_read, rows[:limit])), rows[limit - 1].public_id.hex if len(rows) > limit else None)


def find_newest_complaint(session: Session) -> int | None:
    """By internal id. Answered or not: another one means that there is more to look at."""
    newest: int | None = session.execute(text("SELECT max(id) FROM complaints")).scalar_one()
    return newest


def acknowledge_complaint(session: Session, *, complaint: UUID, officer: OfficerRead, now: datetime) -> ComplaintRead:
    """Stop the clock; again changes nothing. Raises ComplaintUnknown."""
    first = _acknowledge(session, complaint, officer, now)
    read = _get(session, complaint)
    if first:
        subject = f"resident:{public_id('res', read.resident)}"
        record_act(session, actor=officer.actor, act="person.complaint_acknowledged", subject=subject, now=now)
    return read


def _acknowledge(session: Session, complaint: UUID, officer: OfficerRead, now: datetime) -> bool:
    """Whether it is the first time. Raises ComplaintUnknown."""
    known = session.execute(
        text("SELECT acknowledged_at FROM complaints WHERE public_id = :complaint FOR UPDATE"), {"complaint": complaint}
    ).first()
    if known is None:
        raise ComplaintUnknown
    if known.acknowledged_at is not None:
        return False
    session.execute(
        text("UPDATE complaints SET acknowledged_at = :now, acknowledged_by = :officer WHERE public_id = :complaint"),
        {"now": now, "officer": officer.id, "complaint": complaint},
    )
    return True


def answer_complaint(
    session: Session, *, complaint: UUID, answer: str, officer: OfficerRead, now: datetime
) -> ComplaintRead:
    """Answer it, once, which acknowledges it too. Raises ComplaintUnknown or ComplaintAnswered."""
    _acknowledge(session, complaint, officer, now)
    done = session.execute(
        text(
            "UPDATE complaints SET answer = :answer, answered_at = :now, answered_by = :officer"
            " WHERE public_id = :complaint AND answered_at IS NULL RETURNING id"
        ),
        {"answer": answer, "now": now, "officer": officer.id, "complaint": complaint},
    ).first()
    if done is None:
        raise ComplaintAnswered
    read = _get(session, complaint)
    subject = f"resident:{public_id('res', read.resident)}"
    record_act(session, actor=officer.actor, act="person.complaint_answered", subject=subject, now=now)
    return read


_READ = """
    SELECT c.public_id, r.public_id AS resident, c.text, c.made_at, c.due_at, c.acknowledged_at, c.answer, c.answered_at
    FROM complaints c JOIN residents r ON r.id = c.resident_id
"""


def _get(session: Session, complaint: UUID) -> ComplaintRead:
    return _read(session.execute(text(f"{_READ} WHERE c.public_id = :id"), {"id": complaint}).one())


def _read(row: Row[Any]) -> ComplaintRead:
    return ComplaintRead(
        id=row.public_id,
        resident=row.resident,
        text=row.text,
        made_at=row.made_at,
        due_at=row.due_at,
        acknowledged_at=row.acknowledged_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
