"""Closing a partner's week, and paying what it is owed, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, text
from sqlmodel import Session, col, select

from app.core.ids import public_id, take_id, uuid7
from app.core.units import Pence
from app.jobs import promise_job
from app.ledger.settling import settle_partner, unsettle_partner
from app.offers.webhooks.deliveries import announce
from app.settlement.errors import PayoutByStripe, PayoutNotPaid, PayoutUnknown
from app.settlement.payout_queries import PayoutRead, read_payout
from app.settlement.periods import Period, midnight
from app.settlement.queries import StatementRead, list_unclaimed, write_statement_read
from app.settlement.tables import Payee, Payout, Statement, StatementLine

PAY_BY_STRIPE: Final = "payouts.pay_by_stripe"
"""The job that makes one payment by Stripe."""

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('statements:' || current_schema() || :partner, 0))")


def close_week(
    session: Session, *, partner_id: int, week: Period, now: datetime, delay: timedelta = timedelta()
) -> StatementRead | None:
    """Close a week that is over, and line up its payment; None where it was closed or there is nothing to say.

    The payment goes `delay` after the end of the week at the earliest.

    Every transfer stands on exactly one closed statement. One that committed too late for its week stands on the next.
    """
    assert week.until_at <= now, "only a week that is over is closed"
    session.execute(_LOCK, {"partner": str(partner_id)})
    last = session.exec(
        select(Statement).where(Statement.partner_id == partner_id).order_by(col(Statement.until_on).desc()).limit(1)
    ).first()
    if last is not None and last.until_on >= week.until_on:
        return None
    lines = list_unclaimed(session, partner_id=partner_id, until_at=week.until_at)
    opening = Pence(last.closing_pence if last else 0)
    if not lines and not opening:
        return None
    read = write_statement_read(week, opening, lines, closed=True)
    row = Statement(
        id=take_id(session),
        public_id=uuid7(now),
        partner_id=partner_id,
        from_on=week.from_on,
        until_on=week.until_on,
        opening_pence=opening,
        moved_pence=read.closing_pence - opening,
        closing_pence=read.closing_pence,
        made_at=now,
    )
    session.add(row)
    session.flush()
    if lines:
        claims = [{"transfer_id": line.transfer_id, "statement_id": row.id} for line in lines]
        session.execute(insert(StatementLine), claims)
    _line_up(session, row, due_on=week.until_on + delay if delay else None, now=now)
    told = {"week": week.name, "closing_pence": read.closing_pence}
    announce(session, partner_id=partner_id, type_name="statement.closed", data=told, now=now)
    return read


def record_paid(session: Session, payout: Payout, *, reference: str | None, now: datetime) -> None:
    """It has been paid: the ledger knows it from now on. The caller holds the row, which is ordered."""
    assert payout.status == "ordered", "only what is on its way is paid"
    payout.transfer_id = settle_partner(session, partner_id=payout.partner_id, pence=Pence(payout.pence), now=now)
    payout.status, payout.ended_at, payout.ask_at = "paid", now, None
    payout.provider_reference = reference or payout.provider_reference
    session.flush()
    told = {"payout": public_id("pay", payout.public_id), "pence": payout.pence}
    announce(session, partner_id=payout.partner_id, type_name="payout.paid", data=told, now=now)


def return_payout(session: Session, *, payout: UUID, reason: str, now: datetime) -> PayoutRead:
    """The bank gave it back: it is owed again, and stands on the next statement.

    Raises PayoutUnknown, PayoutNotPaid, PayoutByStripe.
    """
    wanted = select(Payout).where(Payout.public_id == payout).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise PayoutUnknown
    if row.status != "paid":
        raise PayoutNotPaid(status=row.status)
    if row.method == "stripe":
        raise PayoutByStripe
    unsettle_partner(session, partner_id=row.partner_id, pence=Pence(row.pence), now=now)
    row.status, row.reason, row.ended_at = "returned", reason, now
    session.flush()
    return read_payout(row, session.get_one(Statement, row.statement_id), doubted=False)


def _line_up(session: Session, statement: Statement, *, due_on: date | None, now: datetime) -> None:
    """A payment of what is owed, and neither on its way nor made since the week was over."""
    on_its_way = session.exec(
        select(Payout)
        .where(Payout.partner_id == statement.partner_id, col(Payout.status).in_(("waiting", "held", "ordered")))
        .order_by(col(Payout.id))
        .with_for_update()
    ).all()
    # Read after the payments are locked, so that one that was made meanwhile is here if it is no longer there.
    later = list_unclaimed(session, partner_id=statement.partner_id, until_at=None)
    made = -sum(line.pence for line in later if line.kind == "payment")
    due = statement.closing_pence - max(made, 0) - sum(payout.pence for payout in on_its_way)
    if due <= 0:
        return
    payee = session.get(Payee, statement.partner_id, populate_existing=True)
    by_stripe = payee is not None and payee.method == "stripe"
    row = Payout(
        id=take_id(session),
        public_id=uuid7(now),
        statement_id=statement.id,
        partner_id=statement.partner_id,
        method="stripe" if by_stripe else "bacs",
        pence=due,
        status="waiting",
        ask_at=(midnight(due_on) if due_on else now) if by_stripe else None,
        made_at=now,
        due_on=due_on,
    )
    session.add(row)
    session.flush()
    if row.ask_at is not None and row.ask_at <= now:
        promise_job(session, task=PAY_BY_STRIPE, args={"payout": row.id})
