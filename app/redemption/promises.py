"""What the scheme has promised to pay for points: by rewards on offer, and by vouchers that are out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.decisions import Decision
from app.ledger.funding import record_rate
from app.ledger.rate import lock_rate

_DEAREST = text("""
    SELECT coalesce(max(ceil(cost_pence * 100.0 / points)), 0)::bigint FROM (
        SELECT cost_pence, points FROM rewards
        UNION ALL
        SELECT cost_pence, points FROM redemptions WHERE status IN ('confirming', 'issued', 'cancelling')
    ) AS promised
""")


def find_dearest(session: Session) -> int:
    """The most pence per 100 points that anything promised asks, rounded up; 0 when nothing is."""
    return int(session.execute(_DEAREST).scalar_one())


def change_backing_rate(session: Session, *, to: int, funder_id: int, decision: Decision, now: datetime) -> None:
    """Look at what is promised only when nobody can promise more. Raises RateTooLow, PotTooSmall, ReasonUnfit."""
    lock_rate(session)
    record_rate(session, to=to, least=find_dearest(session), funder_id=funder_id, decision=decision, now=now)
