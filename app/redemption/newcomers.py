"""How many people came to a partner for the first time: a number, and never who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

_COUNTS = text("""
    SELECT (SELECT count(*) FROM redemptions r WHERE r.partner_id = :partner AND r.status = 'redeemed'
            AND r.redeemed_at >= :since AND r.redeemed_at < :until) AS redeemed,
           (SELECT count(*) FROM (
                SELECT min(r.redeemed_at) AS came_at FROM redemptions r
                WHERE r.partner_id = :partner AND r.status = 'redeemed' GROUP BY r.resident_id) AS firsts
            WHERE firsts.came_at >= :since AND firsts.came_at < :until) AS newcomers
""")


@dataclass(frozen=True)
class VisitCounts:
    """Vouchers redeemed, and people whose first one with the partner was among them."""

    redeemed: int
    newcomers: int


def count_visits(session: Session, *, partner_id: int, since: datetime, until: datetime) -> VisitCounts:
    """From `since` on and before `until`."""
    row = session.execute(_COUNTS, {"partner": partner_id, "since": since, "until": until}).one()
    return VisitCounts(row.redeemed, row.newcomers)
