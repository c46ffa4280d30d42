"""Money of payments by Stripe that is taken back, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.units import Pence
from app.settlement.connect.tables import PayoutReversal
from app.settlement.tables import Payout


@dataclass(frozen=True)
class ReversalRead:
    """`status`: open, approved (on its way), done, declined (by Stripe; `said` is why) or refused (by an officer)."""

    public_id: UUID
    payout: UUID
    pence: Pence
    reason: str
    made_there: str | None
    status: str
    said: str | None
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    ended_at: datetime | None


def list_reversals(session: Session, *, limit: int) -> tuple[ReversalRead, ...]:
    """Newest first."""
    rows = session.exec(
        select(PayoutReversal, Payout)
        .join(Payout, col(Payout.id) == col(PayoutReversal.payout_id))
        .order_by(col(PayoutReversal.id).desc())
        .limit(limit)
    )
    return tuple(read_reversal(row, payout) for row, payout in rows)


def read_reversal(row: PayoutReversal, of: Payout) -> ReversalRead:
    return ReversalRead(
        row.public_id,
        of.public_id,
        Pence(row.pence),
        row.reason,
        row.made_there,
        row.status,
        row.said,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.ended_at,
    )
