"""Residents are told that points will expire, each batch of points once at 60, at 30 and at 7 days."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import public_id
from app.notices.addressing import Telling, tell_person
from app.notify.interface import Template

# What can't be spent any longer is not called about to expire.
_CLAIM: Final = text("""
    SELECT n.resident_id, n.kind, n.quarter, n.days, n.points, n.due_on, r.public_id, r.notice_way
    FROM notices n JOIN residents r ON r.id = n.resident_id
    WHERE n.told_at IS NULL AND n.due_on > :today
    ORDER BY n.queued_at, n.resident_id, n.quarter LIMIT :limit FOR UPDATE OF n SKIP LOCKED
""")
_NOTE: Final = text("""
    UPDATE notices SET told_at = :now, way = :way
    WHERE resident_id = :resident_id AND kind = :kind AND quarter = :quarter AND days = :days
""")


def tell_expiries(session: Session, telling: Telling, *, now: datetime, limit: int) -> int:
    """Tell up to `limit` of those who have not been; how many. What two workers claim at once, one has."""
    today = london_date(now)
    rows = session.execute(_CLAIM, {"today": today, "limit": limit}).mappings().all()
    for row in rows:
        way = tell_person(
            session,
            telling,
            person=public_id("res", row["public_id"]),
            way=row["notice_way"],
            template=Template.POINTS_EXPIRE,
            values={
                "points": str(row["points"]),
                "on": f"{row['due_on']:%-d %B %Y}",
                "days": str((row["due_on"] - today).days),
            },
            now=now,
        )
        session.execute(_NOTE, {**row, "way": way, "now": now})
    return len(rows)
