"""What the scheme has promised to pay for points: by rewards on offer, and by vouchers that are out."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

_DEAREST = text("""
    SELECT coalesce(max(ceil(cost_pence * 100.0 / points)), 0)::bigint FROM (
        SELECT cost_pence, points FROM rewards
        UNION ALL
        SELECT cost_pence, points FROM redemptions WHERE status IN ('confirming', 'issued')
    ) AS promised
""")


def find_dearest(session: Session) -> int:
    """The most pence per 100 points that anything promised asks, rounded up; 0 when nothing is."""
    return int(session.execute(_DEAREST).scalar_one())
