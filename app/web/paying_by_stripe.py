"""What partners and officers do about payment by Stripe, the same for the API and the pages: each act is written down.

All but the link take the session and whoever acts first, so that they run in whatever transaction the edge has.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.ids import public_id
from app.identity.queries import OfficerRead, StaffRead
from app.offers.queries import PartnerRead, get_partner
from app.settlement.connect.account_queries import StripeAccountRead, read_account
from app.settlement.connect.choosing import approve_stripe, choose_bank, choose_stripe
from app.settlement.connect.errors import StripeNotSetUp
from app.settlement.connect.onboarding import open_onboarding
from app.settlement.connect.orders import OnboardingLink
from app.web.callers import Call, as_partner_owner


def open_link(call: Call, *, back_to: str) -> OnboardingLink:
    """Where the owner who calls tells Stripe who the partner is; `back_to` is a path of ours.

    Raises StripeNotSetUp, StripeAway, StripeRefusesAccounts.
    """

    def serve(session: Session, staff: StaffRead) -> int:
        partner = get_partner(session, partner_id=staff.partner_id)
        _note(session, staff.actor, partner, "link to Stripe asked for", call.now)
        return partner.id

    partner_id = call.run(as_partner_owner, serve)
    if call.runtime.stripe is None:
        raise StripeNotSetUp
    address = f"{call.runtime.settings.public_url}{back_to}"
    return open_onboarding(call.runtime.database, call.runtime.stripe, partner_id=partner_id, back_to=address)


def choose_way(session: Session, staff: StaffRead, *, method: Literal["bacs", "stripe"], now: datetime) -> PartnerRead:
    """Stripe holds once an officer has approved it. Raises StripeAccountNotReady, NoBankDetails."""
    partner = get_partner(session, partner_id=staff.partner_id)
    if method == "stripe":
        choose_stripe(session, partner_id=partner.id, staff_id=staff.id, now=now)
    else:
        choose_bank(session, partner_id=partner.id)
    _note(session, staff.actor, partner, f"payment by {method} chosen", now)
    return partner


def approve_way(session: Session, officer: OfficerRead, partner: PartnerRead, *, now: datetime) -> None:
    """Payments that are made from now on go by Stripe.

    Raises NoStripeProposal, PayeeOfOwnGuest, StripeAccountNotReady.
    """
    approve_stripe(session, partner_id=partner.id, officer_id=officer.id)
    _note(session, officer.actor, partner, "payment by stripe approved", now)


def look_at_account(
    session: Session, officer: OfficerRead, partner: PartnerRead, *, now: datetime
) -> StripeAccountRead:
    """The look is written down."""
    _note(session, officer.actor, partner, "account at Stripe", now, act="partner.looked_at")
    return read_account(session, partner_id=partner.id)


def _note(
    session: Session, actor: Actor, partner: PartnerRead, what: str, now: datetime, *, act: str = "partner.changed"
) -> None:
    subject = f"partner:{public_id('prt', partner.public_id)}"
    record_act(session, actor=actor, act=act, subject=subject, facts={"what": what}, now=now)
