"""Payments by Stripe of which it is certain that no money has moved, set going again or sent another way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.earning.review.doubts import find_doubts
from app.jobs import promise_job
from app.settlement.connect.errors import PayoutNotMovable
from app.settlement.errors import PayoutUnknown
from app.settlement.payout_queries import PayoutRead, is_doubted, read_payout
from app.settlement.service import PAY_BY_STRIPE
from app.settlement.tables import Payout, Statement


def retry_waiting(session: Session, *, now: datetime) -> int:
    """Have everything that waits for money tried at once; how much that is."""
    rows = session.exec(
        select(Payout).where(Payout.method == "stripe", Payout.status == "waiting").with_for_update()
    ).all()
    for row in rows:
        row.ask_at = now
    session.flush()
    return len(rows)


def wake_payout(session: Session, *, payout: UUID, now: datetime) -> None:
    """Have one that is ordered asked about now."""
    wanted = select(Payout).where(Payout.public_id == payout, Payout.method == "stripe", Payout.status == "ordered")
    row = session.exec(wanted.with_for_update()).first()
    if row is not None:
        row.ask_at = now
        session.flush()
        promise_job(session, task=PAY_BY_STRIPE, args={"payout": row.id})


def move_to_bank(session: Session, *, payout: UUID) -> PayoutRead:
    """Pay it by the next file for the bank instead. Raises PayoutUnknown, PayoutNotMovable."""
    row = _lock_unpaid(session, payout)
    row.method, row.status, row.ask_at, row.reason = "bacs", "waiting", None, None
    session.flush()
    return _read(session, row)


def try_again(session: Session, *, payout: UUID, now: datetime) -> PayoutRead:
    """Have a payment that waits or is held ordered now. Raises PayoutUnknown, PayoutNotMovable."""
    row = _lock_unpaid(session, payout)
    row.status, row.ask_at = "waiting", now
    session.flush()
    return _read(session, row)


def _lock_unpaid(session: Session, payout: UUID) -> Payout:
    wanted = select(Payout).where(Payout.public_id == payout).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise PayoutUnknown
    if row.method != "stripe" or row.status not in {"waiting", "held"}:
        raise PayoutNotMovable(status=row.status, method=row.method)
    return row


def _read(session: Session, row: Payout) -> PayoutRead:
    doubts = find_doubts(session, partner_ids={row.partner_id})
    return read_payout(row, session.get_one(Statement, row.statement_id), doubted=is_doubted(row, doubts))
