"""By which way a partner is paid: chosen by the partner, and by Stripe only once an officer has approved it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.identity.letting_in import has_let_in
from app.settlement.connect.account_queries import read_account
from app.settlement.connect.errors import NoBankDetails, NoStripeProposal, StripeAccountNotReady
from app.settlement.errors import PayeeOfOwnGuest
from app.settlement.tables import Payee


def choose_stripe(session: Session, *, partner_id: int, staff_id: int, now: datetime) -> None:
    """The partner wants to be paid by Stripe; an officer approves it. Raises StripeAccountNotReady."""
    row = _lock_ready(session, partner_id)
    if row.method != "stripe":
        row.stripe_chosen_at, row.stripe_chosen_by = now, staff_id
    session.flush()


def choose_bank(session: Session, *, partner_id: int) -> None:
    """The partner wants payments that are made from now on to go to the approved bank details. Raises NoBankDetails."""
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None or row.bank_sealed is None:
        raise NoBankDetails
    row.method, row.stripe_chosen_at, row.stripe_chosen_by = "bacs", None, None
    session.flush()


def approve_stripe(session: Session, *, partner_id: int, officer_id: int) -> None:
    """Payments that are made from now on go by Stripe.

    Raises NoStripeProposal, PayeeOfOwnGuest or StripeAccountNotReady.
    """
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None or row.stripe_chosen_at is None:
        raise NoStripeProposal
    if has_let_in(session, officer_id=officer_id, staff_id=row.stripe_chosen_by):
        raise PayeeOfOwnGuest
    _lock_ready(session, partner_id)
    row.method, row.stripe_chosen_at, row.stripe_chosen_by = "stripe", None, None
    session.flush()


def _lock_ready(session: Session, partner_id: int) -> Payee:
    row = session.get(Payee, partner_id, with_for_update=True, populate_existing=True)
    if row is None or not row.stripe_ready:
        raise StripeAccountNotReady(due=read_account(session, partner_id=partner_id).state.due)
    return row
