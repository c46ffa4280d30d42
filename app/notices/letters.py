"""What the desk has to tell people whom no message reaches: handed over when they come, or sent as a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.residents.cards import CardKeys
from app.residents.desk import Desk, note_act
from app.residents.members import give_member_number
from app.residents.queries import get_resident


@dataclass(frozen=True)
class Letter:
    """`kind` is that of the notice; `points` may be none, and only points that expire have a date."""

    member: str
    name: str
    kind: str
    points: int | None
    expires_on: date | None
    queued_at: datetime


_OPEN: Final = text("""
    SELECT resident_id, kind, points, due_on AS expires_on, queued_at FROM notices
    WHERE way = 'desk' AND handed_over_at IS NULL AND due_on > :today
    UNION ALL
    SELECT r.id, n.kind, CAST(n.numbers->>'points' AS bigint), NULL, n.queued_at
    FROM personal_notices n JOIN residents r ON n.person = 'res_' || replace(CAST(r.public_id AS text), '-', '')
    WHERE n.way = 'desk' AND n.handed_over_at IS NULL
    ORDER BY queued_at, resident_id LIMIT :limit
""")
_HAND_OVER: Final = (
    text(
        "UPDATE notices SET handed_over_at = :now WHERE resident_id = :id AND way = 'desk' AND handed_over_at IS NULL"
    ),
    text("""
        UPDATE personal_notices SET handed_over_at = :now
        WHERE person = (SELECT 'res_' || replace(CAST(public_id AS text), '-', '') FROM residents WHERE id = :id)
        AND way = 'desk' AND handed_over_at IS NULL
    """),
)


def list_letters(
    session: Session, *, desk: Desk, keys: CardKeys, today: date, limit: int, now: datetime
) -> tuple[Letter, ...]:
    """The oldest first; that somebody looked at each of these people's, and why, is kept."""
    rows = session.execute(_OPEN, {"today": today, "limit": limit}).all()
    people = {number: get_resident(session, resident_id=number) for number in sorted({row.resident_id for row in rows})}
    members = {}
    for number, resident in people.items():
        note_act(session, desk=desk, resident=resident, act="letters", now=now)
        members[number] = give_member_number(session, resident=resident, keys=keys)
    return tuple(
        Letter(
            members[row.resident_id],
            people[row.resident_id].name,
            row.kind,
            row.points,
            row.expires_on,
            row.queued_at,
        )
        for row in rows
    )


def note_handed_over(session: Session, *, resident_id: int, now: datetime) -> int:
    """The person has been told all there was; how many notices."""
    told = 0
    for one in _HAND_OVER:
        told += session.execute(one, {"id": resident_id, "now": now}).rowcount  # type: ignore[attr-defined]  # of a cursor
    return told
