"""One person is told something: a resident about a voucher, or a partner's people about their webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.notices.addressing import DESK, Telling, tell_person
from app.notify.interface import Template

_CLAIM: Final = text("""
    SELECT n.id, n.kind, n.person, n.numbers, r.notice_way
    FROM personal_notices n LEFT JOIN residents r ON n.person = 'res_' || replace(CAST(r.public_id AS text), '-', '')
    WHERE n.told_at IS NULL ORDER BY n.id LIMIT :limit FOR UPDATE OF n SKIP LOCKED
""")
_NOTE: Final = text("UPDATE personal_notices SET told_at = :now, way = :way WHERE id = :id")


def tell_persons(session: Session, telling: Telling, *, now: datetime, limit: int) -> int:
    """Tell up to `limit` of those who have not been; how many."""
    rows = session.execute(_CLAIM, {"limit": limit}).all()
    for row in rows:
        way = tell_person(
            session,
            telling,
            person=row.person,
            way=row.notice_way,
            template=Template(row.kind),
            values={name: str(number) for name, number in row.numbers.items()},
            now=now,
        )
        if way == DESK and not row.person.startswith("res_"):
            way = "none"  # partners' people read it where they look after their webhooks
        session.execute(_NOTE, {"id": row.id, "way": way, "now": now})
    return len(rows)
