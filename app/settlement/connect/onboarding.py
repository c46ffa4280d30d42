"""A partner connects its account at Stripe: opened once, however often it asks for the link."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.core.database import Database
from app.offers.queries import get_partner
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeAway, StripeDeclined, StripeRefusesAccounts, StripeUnknown
from app.settlement.connect.orders import OnboardingLink
from app.settlement.connect.tables import StripeAccount
from app.settlement.tables import Payee


@dataclass(frozen=True)
class Onboarding:
    """Whose account is to be connected; `account` is None until Stripe has opened one."""

    partner_id: int
    partner: UUID
    account: str | None


def open_onboarding(database: Database, stripe: StripeConnect, *, partner_id: int, back_to: str) -> OnboardingLink:
    """Where the partner tells Stripe who it is; `back_to` is where it comes back to us.

    Raises StripeAway, StripeRefusesAccounts. No transaction is open while Stripe is asked.
    """
    begun = database.in_transaction(lambda session: begin_onboarding(session, partner_id=partner_id))
    try:
        opened = begun.account or stripe.open_account(begun.partner)
        account = database.in_transaction(lambda session: keep_account(session, partner_id=partner_id, account=opened))
        return stripe.link_account(account, back_to=back_to)
    except StripeUnknown:
        raise StripeAway from None
    except StripeDeclined as declined:
        raise StripeRefusesAccounts(stripe_code=declined.code) from None


def begin_onboarding(session: Session, *, partner_id: int) -> Onboarding:
    """What is known of the partner's account."""
    row = session.get(Payee, partner_id, populate_existing=True)
    partner = get_partner(session, partner_id=partner_id).public_id
    return Onboarding(partner_id, partner, row.stripe_account if row else None)


def keep_account(session: Session, *, partner_id: int, account: str) -> str:
    """The account that Stripe has opened for the partner: the first one that was kept, whoever asks again."""
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None:
        row = Payee(partner_id=partner_id)
        session.add(row)
    if row.stripe_account is None:
        row.stripe_account = account
        session.add(StripeAccount(account=account, partner_id=partner_id))
    session.flush()
    return row.stripe_account
