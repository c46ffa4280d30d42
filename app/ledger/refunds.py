"""What a captured hold spent comes back: to the wallet that spent it, and never more than it spent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.accounts import open_account
from app.ledger.chart import SCHEME, AccountKind, TransferKind, Unit
from app.ledger.draws import give_back_draws
from app.ledger.errors import (
    AccountMissingError,
    NothingToRefund,
    RateChangedSince,
    RefundTooLarge,
    WalletNotFound,
)
from app.ledger.journal import Entry, Plan, carry_out, check_quarter, lock_accounts
from app.ledger.lots import landing_quarter
from app.ledger.rate import keep_rate

_HOLD = text("SELECT wallet_id, amount, resolved_at FROM ledger_holds WHERE id = :id AND state = 2 FOR UPDATE")

_MOVED = text(f"""
    SELECT coalesce(sum(amount) FILTER (WHERE kind = {TransferKind.PAYABLE:d}), 0)::bigint AS pence,
           coalesce(sum(amount) FILTER (WHERE kind = {TransferKind.REFUND:d} AND unit = {Unit.POINTS:d}), 0)::bigint
               AS points_back,
           coalesce(sum(amount) FILTER (WHERE kind = {TransferKind.REFUND:d} AND unit = {Unit.PENCE:d}), 0)::bigint
               AS pence_back
    FROM ledger_transfers WHERE hold_id = :id
""")  # noqa: S608 - our own constants

_SPENT = text(f"""
    SELECT quarter, amount FROM ledger_transfers t JOIN ledger_accounts c ON c.id = t.credit
    WHERE t.hold_id = :id AND t.kind = {TransferKind.CAPTURE:d} AND c.kind = {AccountKind.REDEEMED:d} ORDER BY quarter
""")  # noqa: S608 - our own constants

_RATE_SINCE = text("SELECT EXISTS (SELECT FROM ledger_decisions WHERE kind = 'rate' AND made_at > :since)")


def count_refundable(session: Session, *, hold_id: int) -> Points:
    """Points of a hold that were spent and have not come back; 0 where they went to a community group."""
    spent = sum(row.amount for row in session.execute(_SPENT, {"id": hold_id}))
    return Points(spent - session.execute(_MOVED, {"id": hold_id}).one().points_back)


def refund_hold(session: Session, *, hold_id: int, partner_id: int, points: Points | None, now: datetime) -> Pence:
    """Give `points` of a captured hold back, all that are left where it is None; the pence that the partner loses.

    Raises NothingToRefund, RefundTooLarge, RateChangedSince, WalletNotFound.
    """
    keep_rate(session)
    hold = session.execute(_HOLD, {"id": hold_id}).first()
    if hold is None:
        raise NothingToRefund
    moved = session.execute(_MOVED, {"id": hold_id}).one()
    spent = {row.quarter: row.amount for row in session.execute(_SPENT, {"id": hold_id})}
    left = sum(spent.values()) - moved.points_back
    wanted = left if points is None else points
    if left <= 0:
        raise NothingToRefund
    if not 0 < wanted <= left:
        raise RefundTooLarge(most_points=left)
    if session.execute(_RATE_SINCE, {"since": hold.resolved_at}).scalar():
        raise RateChangedSince
    # Rounded up, so that what comes back is always covered; exact once everything has.
    pence = Pence(-(-moved.pence * (moved.points_back + wanted) // hold.amount) - moved.pence_back)
    redeemed = open_account(session, kind=AccountKind.REDEEMED, unit=Unit.POINTS, owner=SCHEME)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE, owner=SCHEME)
    payable = open_account(session, kind=AccountKind.PAYABLE, unit=Unit.PENCE, owner=partner_id)
    try:
        wallet = lock_accounts(session, [hold.wallet_id], kind=AccountKind.WALLET)[hold.wallet_id]
    except AccountMissingError as fault:
        raise WalletNotFound from fault
    lock_accounts(session, [redeemed, backing, payable])
    plan = Plan()
    for quarter, amount in _skip(spent, moved.points_back, wanted).items():
        landing = landing_quarter(quarter, now)
        check_quarter(landing, wallet.lots.oldest)
        plan.move(
            Entry(
                TransferKind.REFUND,
                Unit.POINTS,
                debit=redeemed,
                credit=hold.wallet_id,
                amount=amount,
                effective_at=now,
                quarter=landing,
                hold_id=hold_id,
            ),
            lot_of=hold.wallet_id,
        )
    if pence:
        plan.move(
            Entry(
                TransferKind.REFUND,
                Unit.PENCE,
                debit=payable,
                credit=backing,
                amount=pence,
                effective_at=now,
                hold_id=hold_id,
            )
        )
    carry_out(session, plan)
    give_back_draws(session, hold_id=hold_id, points_kept=left - wanted, points=hold.amount, now=now)
    return pence


def _skip(spent: dict[int, int], already: int, wanted: int) -> dict[int, int]:
    """Of each quarter what comes back now: the oldest first, after what has come back before."""
    back = {}
    for quarter, amount in spent.items():
        passed = min(already, amount)
        already -= passed
        if taken := min(amount - passed, wanted):
            back[quarter] = taken
            wanted -= taken
    return back
