"""Money of a payment by Stripe is taken back: one officer proposes, and another approves.

In the ledger it is owed again. Where a refund had left the partner below zero, that is what mends it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.ids import take_id, uuid7
from app.core.units import Pence
from app.jobs import promise_job
from app.settlement.connect.reversal_errors import (
    NothingToReverse,
    NotPaidByStripe,
    ReversalDecided,
    ReversalTakenOver,
    ReversalUnknown,
)
from app.settlement.connect.reversal_queries import ReversalRead, read_reversal
from app.settlement.connect.tables import PayoutReversal
from app.settlement.errors import PayoutUnknown, SecondOfficerNeeded
from app.settlement.tables import Payout

REVERSE: Final = "payouts.reverse_by_stripe"
"""The job that has Stripe take back what was approved."""
COUNTS: Final = ("open", "approved", "done")
"""Those that use up what can be taken back of a payment."""


def propose_reversal(
    session: Session,
    *,
    payout: UUID,
    pence: Pence,
    reason: str,
    made_there: str | None,
    officer_id: int,
    now: datetime,
) -> ReversalRead:
    """Nothing moves yet. Raises PayoutUnknown, NotPaidByStripe, NothingToReverse, ReversalTakenOver."""
    of = session.exec(select(Payout).where(Payout.public_id == payout).with_for_update()).first()
    if of is None:
        raise PayoutUnknown
    if of.method != "stripe" or of.status != "paid":
        raise NotPaidByStripe(status=of.status, method=of.method)
    counting = session.exec(
        select(PayoutReversal).where(PayoutReversal.payout_id == of.id, col(PayoutReversal.status).in_(COUNTS))
    ).all()
    if pence > (left := of.pence - sum(one.pence for one in counting)):
        raise NothingToReverse(left_pence=left)
    if made_there is not None and any(one.made_there == made_there for one in counting):
        raise ReversalTakenOver
    row = PayoutReversal(
        id=take_id(session),
        public_id=uuid7(now),
        payout_id=of.id,
        pence=pence,
        reason=reason,
        made_there=made_there,
        status="open",
        proposed_by=officer_id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    return read_reversal(row, of)


def approve_reversal(session: Session, *, reversal: UUID, officer_id: int, now: datetime) -> ReversalRead:
    """The worker has it done. Raises ReversalUnknown, ReversalDecided, SecondOfficerNeeded."""
    row = _lock_open(session, reversal)
    if row.proposed_by == officer_id:
        raise SecondOfficerNeeded("You proposed this yourself. Another officer has to approve it.")
    row.status, row.decided_by, row.decided_at, row.ask_at = "approved", officer_id, now, now
    session.flush()
    promise_job(session, task=REVERSE, args={"reversal": row.id})
    return read_reversal(row, session.get_one(Payout, row.payout_id))


def refuse_reversal(session: Session, *, reversal: UUID, officer_id: int, now: datetime) -> ReversalRead:
    """It is not done; who proposed it may take it back so, too. Raises ReversalUnknown, ReversalDecided."""
    row = _lock_open(session, reversal)
    row.status, row.decided_by, row.decided_at, row.ended_at = "refused", officer_id, now, now
    session.flush()
    return read_reversal(row, session.get_one(Payout, row.payout_id))


def _lock_open(session: Session, reversal: UUID) -> PayoutReversal:
    wanted = select(PayoutReversal).where(PayoutReversal.public_id == reversal).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise ReversalUnknown
    if row.status != "open":
        raise ReversalDecided(status=row.status)
    return row
