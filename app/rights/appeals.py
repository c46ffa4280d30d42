"""Appeals: a resident asks a person to look again at what became of one event; somebody else than the first decides.

Where a person had refused a flagged event, a decision for the resident lets it count. Where a rule refused, rules stay
as they are for everybody: what is owed then is given by an adjustment, which a second officer approves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id, take_id, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.earning.errors import EventUnknown
from app.earning.queries import get_event
from app.earning.review.deciding import release_refused
from app.identity.queries import OfficerRead
from app.rights.appeal_errors import AppealDecided, AppealedAlready, AppealUnknown, OwnDecision

AppealDecision: TypeAlias = Literal["stands", "changed"]

DECIDED_WITHIN = timedelta(days=30)
"""How long a resident waits at most for somebody to look again."""


@dataclass(frozen=True)
class AppealRead:
    """`source` and `event_id` name the event as its sender does; `decision` is None while it waits until `due_at`."""

    id: UUID
    resident: UUID
    source: str
    event_id: str
    type: str
    text: str
    made_at: datetime
    due_at: datetime
    decision: str | None
    reason: str | None
    decided_at: datetime | None


def make_appeal(
    session: Session, *, resident_id: int, source: str, event_id: str, words: str, now: datetime
) -> AppealRead:
    """Against what became of an event of one's own, once. Raises EventUnknown or AppealedAlready."""
    event = get_event(session, source=source, external_id=event_id)
    if event.resident_id != resident_id:
        raise EventUnknown
    facts = {"event": event.id, "resident": resident_id}
    # One at a time of a resident, so that twice at once is not two.
    session.execute(text("SELECT FROM residents WHERE id = :resident FOR NO KEY UPDATE"), facts)
    if session.execute(text("SELECT FROM appeals WHERE event_id = :event"), facts).first() is not None:
        raise AppealedAlready
    appeal = uuid7(now)
    session.execute(
        text(
            "INSERT INTO appeals (id, public_id, resident_id, event_id, text, made_at, due_at)"
            " VALUES (:id, :public_id, :resident, :event, :words, :now, :due)"
        ),
        facts
        | {
            "id": take_id(session),
            "public_id": appeal,
            "words": words,
            "now": now,
            "due": now + DECIDED_WITHIN,
        },
    )
    return _get(session, appeal)


def list_own_appeals(session: Session, *, resident_id: int) -> tuple[AppealRead, ...]:
    """The resident's own, newest first; there are few."""
    rows = session.execute(
        text(f"{_READ} WHERE a.resident_id = :resident ORDER BY a.id DESC"), {"resident": resident_id}
    )
    return tuple(map(_read, rows))


def list_appeals(session: Session, *, decided: bool, after: str | None, limit: int) -> Page[AppealRead]:
    """Those that wait, or those that are decided; oldest, and so soonest due, first. Raises CursorUnknown."""
    limit = clamp_limit(limit)
    rows = session.execute(
        text(
            f"{_READ} WHERE (a.decision IS NOT NULL) = :decided"
            " AND (CAST(:after AS uuid) IS NULL OR a.public_id > :after) ORDER BY a.public_id LIMIT :limit"
        ),
        {"decided": decided, "after": parse_cursor(after), "limit": limit + 1},
    ).all()
    return Page(tuple(map(_read, rows[:limit])), rows[limit - 1].public_id.hex if len(rows) > limit else None)


def find_newest_appeal(session: Session) -> int | None:
    """By internal id. Answered or not: another one means that there is more to look at."""
    newest: int | None = session.execute(text("SELECT max(id) FROM appeals")).scalar_one()
    return newest


def decide_appeal(
    session: Session, *, appeal: UUID, decision: AppealDecision, reason: str, officer: OfficerRead, now: datetime
) -> AppealRead:
    """Once, and not by who decided about the event before. Raises AppealUnknown, AppealDecided or OwnDecision."""
    row = session.execute(_LOCK, {"appeal": appeal}).one_or_none()
    if row is None:
        raise AppealUnknown
    if row.decision is not None:
        raise AppealDecided
    if officer.id in {row.refused_by, row.reversed_by}:
        raise OwnDecision
    if decision == "changed":
        release_refused(session, event_id=row.event_id, now=now)
    session.execute(
        text(
            "UPDATE appeals SET decision = :decision, reason = :reason, decided_by = :officer, decided_at = :now"
            " WHERE id = :id"
        ),
        {"decision": decision, "reason": reason, "officer": officer.id, "now": now, "id": row.id},
    )
    read = _get(session, appeal)
    record_act(
        session,
        actor=officer.actor,
        act="person.appeal_decided",
        subject=f"resident:{public_id('res', read.resident)}",
        facts={"appeal": public_id("apl", appeal), "decision": decision},
        now=now,
    )
    return read


_LOCK = text("""
    SELECT a.id, a.event_id, a.decision,
           (SELECT c.decided_by FROM review_cases c WHERE c.event_id = a.event_id) AS refused_by,
           (SELECT max(d.officer_id) FROM ledger_decisions d WHERE d.event_id = a.event_id) AS reversed_by
    FROM appeals a WHERE a.public_id = :appeal FOR UPDATE OF a
""")

_READ = """
    SELECT a.public_id, r.public_id AS resident, s.name AS source, e.external_id, e.type, a.text, a.made_at, a.due_at,
           a.decision, a.reason, a.decided_at
    FROM appeals a JOIN residents r ON r.id = a.resident_id JOIN events e ON e.id = a.event_id
    JOIN sources s ON s.id = e.source_id
"""


def _get(session: Session, appeal: UUID) -> AppealRead:
    return _read(session.execute(text(f"{_READ} WHERE a.public_id = :id"), {"id": appeal}).one())


def _read(row: Row[Any]) -> AppealRead:
    return AppealRead(
        id=row.public_id,
        resident=row.resident,
        source=row.source,
        event_id=row.external_id,
        type=row.type,
        text=row.text,
        made_at=row.made_at,
        due_at=row.due_at,
        decision=row.decision,
        reason=row.reason,
        decided_at=row.decided_at,
    )
