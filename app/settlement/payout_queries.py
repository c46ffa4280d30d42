"""Payments to partners, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.units import Pence
from app.settlement.tables import Payout, Statement


@dataclass(frozen=True)
class PayoutRead:
    """`status`: waiting, ordered, paid, returned or dropped."""

    public_id: UUID
    partner_id: int
    method: str
    pence: Pence
    status: str
    from_on: date
    until_on: date
    reason: str | None
    made_at: datetime
    ended_at: datetime | None


def list_payouts(session: Session, *, partner_id: int | None, status: str | None, limit: int) -> tuple[PayoutRead, ...]:
    """Newest first; of one partner, or of all."""
    wanted = select(Payout, Statement).join(Statement, col(Statement.id) == col(Payout.statement_id))
    if partner_id is not None:
        wanted = wanted.where(Payout.partner_id == partner_id)
    if status is not None:
        wanted = wanted.where(Payout.status == status)
    rows = session.exec(wanted.order_by(col(Payout.id).desc()).limit(limit))
    return tuple(read_payout(payout, statement) for payout, statement in rows)


def read_payout(payout: Payout, statement: Statement) -> PayoutRead:
    return PayoutRead(
        payout.public_id,
        payout.partner_id,
        payout.method,
        Pence(payout.pence),
        payout.status,
        statement.from_on,
        statement.until_on,
        payout.reason,
        payout.made_at,
        payout.ended_at,
    )
