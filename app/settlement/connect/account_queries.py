"""A partner's account at Stripe, as the newest event about it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session, col, select

from app.core.units import Pence
from app.settlement.connect.orders import AccountState
from app.settlement.connect.tables import BankPayout, StripeAccount
from app.settlement.tables import Payee

MOST_BANK_PAYOUTS: Final = 20


@dataclass(frozen=True)
class BankPayoutRead:
    """`status` is Stripe's: pending, in_transit, paid, failed or canceled; `failure` is its word for why."""

    reference: str
    pence: Pence
    status: str
    arrives_on: date
    failure: str | None


@dataclass(frozen=True)
class StripeAccountRead:
    """`account` is None while there is none. `waits` until an officer has approved that it is paid."""

    account: str | None
    state: AccountState
    waits: bool
    bank_payouts: tuple[BankPayoutRead, ...] = ()


def read_account(session: Session, *, partner_id: int) -> StripeAccountRead:
    """As the newest event about it said."""
    payee = session.get(Payee, partner_id, populate_existing=True)
    if payee is None or payee.stripe_account is None:
        return StripeAccountRead(None, AccountState(), waits=False)
    row = session.get_one(StripeAccount, payee.stripe_account, populate_existing=True)
    newest = select(BankPayout).where(BankPayout.partner_id == partner_id).order_by(col(BankPayout.told_at).desc())
    paid = tuple(
        BankPayoutRead(one.id, Pence(one.pence), one.status, one.arrives_on, one.failure)
        for one in session.exec(newest.limit(MOST_BANK_PAYOUTS))
    )
    return StripeAccountRead(row.account, state_of(row), payee.stripe_chosen_at is not None, paid)


def state_of(row: StripeAccount) -> AccountState:
    return AccountState(row.charges, row.payouts, row.transfers, tuple(row.due), row.reason)
