"""Every partner's account at Stripe, for officers: what it can do, and who waits for an approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.units import Pence
from app.settlement.connect.account_queries import state_of
from app.settlement.connect.orders import AccountState
from app.settlement.connect.tables import BankPayout, StripeAccount
from app.settlement.tables import Payee


@dataclass(frozen=True)
class PartnerAccount:
    """`told_at` is when Stripe last said something of it. `is_used`: the partner is paid there.

    `waits_since` is when the partner asked to be, None where nothing waits for an officer.
    """

    partner_id: int
    state: AccountState
    told_at: datetime | None
    is_used: bool
    waits_since: datetime | None


@dataclass(frozen=True)
class BankRefusal:
    """Stripe could not pay from a partner's account there to its bank; `failure` is Stripe's word for why."""

    partner_id: int
    pence: Pence
    failure: str | None
    told_at: datetime


def list_accounts(session: Session) -> tuple[PartnerAccount, ...]:
    """Who waits for an officer first, then those that are not ready, then the others."""
    rows = session.exec(
        select(StripeAccount, Payee)
        .join(Payee, col(Payee.stripe_account) == col(StripeAccount.account))
        .execution_options(populate_existing=True)
    )
    found = [
        PartnerAccount(row.partner_id, state_of(row), row.told_at, payee.method == "stripe", payee.stripe_chosen_at)
        for row, payee in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.waits_since is None, one.state.ready, one.partner_id)))


def list_bank_refusals(session: Session, *, limit: int) -> tuple[BankRefusal, ...]:
    """Newest first."""
    failed = select(BankPayout).where(BankPayout.status == "failed").order_by(col(BankPayout.told_at).desc())
    return tuple(
        BankRefusal(one.partner_id, Pence(one.pence), one.failure, one.told_at)
        for one in session.exec(failed.limit(limit))
    )
