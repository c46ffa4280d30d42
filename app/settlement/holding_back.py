"""Which payments may go: those whose delay is over, to partners about whom no case is open or was found true.

The delay gives residents time to say that they did not get what a voucher was for. A case alone moves nothing: it makes
the partner's payments wait for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.earning.review.doubts import find_doubts
from app.settlement.errors import CaseWaits, NotHeldBack, PayoutUnknown, SecondOfficerNeeded
from app.settlement.payout_queries import PayoutRead, is_doubted, read_payout
from app.settlement.tables import Payout, Statement


@dataclass(frozen=True)
class Ready:
    """Payments that may go, locked; `held_back` others of the same method wait for their day or for a person."""

    payouts: tuple[Payout, ...]
    held_back: int


def lock_ready_payouts(session: Session, *, method: str, now: datetime) -> Ready:
    """Of those that wait, oldest first."""
    waiting = session.exec(
        select(Payout)
        .where(Payout.status == "waiting", Payout.method == method)
        .order_by(col(Payout.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    doubts = find_doubts(session, partner_ids={payout.partner_id for payout in waiting})
    today = london_date(now)
    due = [one for one in waiting if one.due_on is None or one.due_on <= today]
    ready = tuple(one for one in due if not is_doubted(one, doubts))
    return Ready(ready, len(waiting) - len(ready))


def release_payout(session: Session, *, payout: UUID, reason: str, officer_id: int, now: datetime) -> PayoutRead:
    """Let one payment go to a partner whose case was refused.

    Raises PayoutUnknown, NotHeldBack, CaseWaits while a case waits, or SecondOfficerNeeded for who decided about it.
    """
    wanted = select(Payout).where(Payout.public_id == payout).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise PayoutUnknown
    doubts = find_doubts(session, partner_ids={row.partner_id})
    if not is_doubted(row, doubts):
        raise NotHeldBack
    doubt = doubts[row.partner_id]
    if not doubt.decided:
        raise CaseWaits
    if officer_id in doubt.decided_by:
        raise SecondOfficerNeeded("You refused the case about this partner yourself. Another officer has to let it go.")
    row.released_by, row.released_at, row.release_reason = officer_id, now, reason
    session.flush()
    return read_payout(row, session.get_one(Statement, row.statement_id), doubted=False)
