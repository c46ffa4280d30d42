"""What Stripe says of a partner's account; what it said later is never overwritten by what it said before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from app.settlement.connect.account_queries import state_of
from app.settlement.connect.orders import AccountState
from app.settlement.connect.paying import NO_ACCOUNT, REASONS
from app.settlement.connect.tables import StripeAccount
from app.settlement.tables import Payee, Payout


def note_account(session: Session, *, account: str, state: AccountState, at: datetime, now: datetime) -> bool:
    """What an event of `at` said of it. False where that can't be told from a later one: ask Stripe itself.

    An event that is older than what we know changes nothing; nor does one about somebody else's account.
    """
    row = session.get(StripeAccount, account, with_for_update=True, populate_existing=True)
    if row is None or (row.told_at is not None and at < row.told_at):
        return True
    if row.told_at == at and state_of(row) != state:
        return False  # Stripe counts in seconds
    row.told_at = at
    _keep_state(session, row, state, now)
    return True


def note_read(session: Session, *, account: str, state: AccountState, now: datetime) -> None:
    """What Stripe itself said when it was asked."""
    row = session.get(StripeAccount, account, with_for_update=True, populate_existing=True)
    if row is not None:
        _keep_state(session, row, state, now)


def _keep_state(session: Session, row: StripeAccount, state: AccountState, now: datetime) -> None:
    row.charges, row.payouts, row.transfers = state.charges, state.payouts, state.transfers
    row.due, row.reason = list(state.due), state.reason
    payee = session.get_one(Payee, row.partner_id, with_for_update=True, populate_existing=True)
    payee.stripe_ready = state.ready
    if state.ready:
        _free_held(session, row.partner_id, now)
    session.flush()


def _free_held(session: Session, partner_id: int, now: datetime) -> None:
    """What only waited for the account is tried again."""
    because = (REASONS["account"], NO_ACCOUNT)
    held = select(Payout).where(
        Payout.partner_id == partner_id, Payout.status == "held", col(Payout.reason).in_(because)
    )
    for payout in session.exec(held.with_for_update()):
        payout.status, payout.ask_at = "waiting", now
