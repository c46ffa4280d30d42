"""A reversal that was approved: ordered from Stripe once, and what its answer makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.ids import public_id
from app.core.units import Pence
from app.jobs import promise_job
from app.ledger.settling import unsettle_partner
from app.settlement.connect.orders import ReversalOrder
from app.settlement.connect.paying import LEASE, LONGEST_WAIT
from app.settlement.connect.reversal_proposals import REVERSE
from app.settlement.connect.tables import PayoutReversal
from app.settlement.tables import Payout

_DUE: Final = text(
    "SELECT id FROM payout_reversals WHERE status = 'approved' AND ask_at <= :now ORDER BY id LIMIT :limit"
)


@dataclass(frozen=True)
class ReversalClaim:
    """`turn` numbers the tries; `fresh` where no earlier one can have moved money."""

    reversal_id: int
    turn: int
    fresh: bool
    order: ReversalOrder


def list_due_reversals(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Those that Stripe is to be asked for, or about, now."""
    return list(session.execute(_DUE, {"now": now, "limit": limit}).scalars())


def wake_reversals(session: Session, *, payout: UUID, now: datetime) -> None:
    """Have those of one payment that are on their way asked about now."""
    rows = session.exec(
        select(PayoutReversal)
        .join(Payout, col(Payout.id) == col(PayoutReversal.payout_id))
        .where(Payout.public_id == payout, PayoutReversal.status == "approved")
        .with_for_update(of=PayoutReversal)
    )
    for row in rows:
        row.ask_at = now
        session.flush()
        promise_job(session, task=REVERSE, args={"reversal": row.id})


def claim_reversal(session: Session, *, reversal_id: int, now: datetime) -> ReversalClaim | None:
    """The order that is due, which is ours until it is due again; None when none is."""
    row = _lock(session, reversal_id)
    if row is None or row.status != "approved" or row.ask_at is None or row.ask_at > now:
        return None
    fresh = row.asked == 0
    row.asked += 1
    row.ask_at = now + max(LEASE, min(timedelta(seconds=15) * 2 ** min(row.asked, 12), LONGEST_WAIT))
    session.flush()
    of = session.get_one(Payout, row.payout_id)
    assert of.provider_reference is not None, "what was paid by Stripe has its id"
    order = ReversalOrder(
        public_id("rvs", row.public_id), row.public_id, of.provider_reference, Pence(row.pence), row.made_there
    )
    return ReversalClaim(row.id, row.asked, fresh, order)


def note_reversed(session: Session, *, reversal_id: int, reference: str, now: datetime) -> None:
    """Stripe has taken it back: it is owed again, once."""
    row = _lock(session, reversal_id)
    if row is None or row.status != "approved":
        return
    of = session.exec(select(Payout).where(Payout.id == row.payout_id).with_for_update()).one()
    row.transfer_id = unsettle_partner(session, partner_id=of.partner_id, pence=Pence(row.pence), now=now)
    row.status, row.provider_reference, row.ask_at, row.ended_at = "done", reference, None, now
    session.flush()
    done = session.exec(
        select(PayoutReversal.pence).where(PayoutReversal.payout_id == of.id, PayoutReversal.status == "done")
    ).all()
    if sum(done) == of.pence:
        of.status, of.reason, of.ended_at = "returned", row.reason, now
        session.flush()


def note_reversal_declined(session: Session, *, claim: ReversalClaim, sentence: str, now: datetime) -> None:
    """Stripe said no to it: nothing has moved, and a person decides what next."""
    row = _lock(session, claim.reversal_id)
    if row is None or row.status != "approved" or row.asked != claim.turn:
        return
    row.status, row.said, row.ask_at, row.ended_at = "declined", sentence, None, now
    session.flush()


def _lock(session: Session, reversal_id: int) -> PayoutReversal | None:
    wanted = select(PayoutReversal).where(col(PayoutReversal.id) == reversal_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()
