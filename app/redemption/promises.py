"""What the scheme has promised to pay for points: by rewards on offer, contracts, and vouchers that are out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.ledger.decisions import Decision
from app.ledger.funding import record_rate
from app.ledger.rate import lock_rate

_DEAREST = text("""
    SELECT coalesce(max(ceil(cost_pence * 100.0 / points)), 0)::bigint FROM (
        SELECT cost_pence, points FROM rewards
        UNION ALL
        SELECT coalesce(r.rate_pence, c.rate_pence), w.points
        FROM partner_contracts c JOIN rewards w ON w.partner_id = c.partner_id
        LEFT JOIN contract_rates r ON r.contract_id = c.id AND r.reward_id = w.id
        WHERE c.decision = 'approved' AND c.starts_on >= coalesce((
            SELECT max(n.starts_on) FROM partner_contracts n
            WHERE n.partner_id = c.partner_id AND n.decision = 'approved' AND n.starts_on <= :today), '-infinity')
        UNION ALL
        SELECT cost_pence, points FROM redemptions WHERE status IN ('confirming', 'issued', 'cancelling')
    ) AS promised
""")


def find_dearest(session: Session, *, on: date) -> int:
    """The most pence per 100 points that anything promised asks, rounded up; 0 when nothing is.

    Contracts are those that hold on a date in Leeds, or later.
    """
    return int(session.execute(_DEAREST, {"today": on}).scalar_one())


def change_backing_rate(session: Session, *, to: int, funder_id: int, decision: Decision, now: datetime) -> None:
    """Look at what is promised only when nobody can promise more. Raises RateTooLow, PotTooSmall, ReasonUnfit."""
    lock_rate(session)
    record_rate(
        session,
        to=to,
        least=find_dearest(session, on=london_date(now)),
        funder_id=funder_id,
        decision=decision,
        now=now,
    )
