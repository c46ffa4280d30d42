"""A partner's account at Stripe: connected by the partner, looked at by it and by the council."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.identity.queries import OfficerRead, StaffRead
from app.offers.queries import get_partner
from app.settlement.connect.account_queries import StripeAccountRead, read_account
from app.settlement.connect.onboarding import open_onboarding
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.payout_shapes import as_payer, get_partner_by_id
from app.web.api.stripe_shapes import StripeAccountShape, get_stripe, present_account
from app.web.callers import SignedIn, as_partner_owner, as_partner_staff

router = APIRouter(tags=["money"])

BACK_TO = "/till"


class OnboardingShape(Shape):
    """Where you tell Stripe who you are. The link is good once, for some minutes."""

    url: str
    expires_at: datetime


@router.post("/v1/partner/payee/stripe", responses=declines(*SIGNED_IN, 409))
def connect(call: SignedIn) -> OnboardingShape:
    """Get the link by which you connect an account at Stripe; ask again for another. For the partner's owner."""

    def serve(session: Session, staff: StaffRead) -> int:
        partner = get_partner(session, partner_id=staff.partner_id)
        record_act(
            session,
            actor=staff.actor,
            act="partner.changed",
            subject=f"partner:{public_id('prt', partner.public_id)}",
            facts={"what": "link to Stripe asked for"},
            now=call.now,
        )
        return partner.id

    partner_id = call.run(as_partner_owner, serve)
    back_to = f"{call.runtime.settings.public_url}{BACK_TO}"
    link = open_onboarding(call.runtime.database, get_stripe(call), partner_id=partner_id, back_to=back_to)
    return OnboardingShape(url=link.url, expires_at=link.expires_at)


@router.get("/v1/partner/payee/stripe", responses=declines(*SIGNED_IN))
def show_own_account(call: SignedIn) -> StripeAccountShape:
    """How your account at Stripe stands, and what it paid to your bank. For the partner's staff."""
    return present_account(
        call.run(as_partner_staff, lambda session, staff: read_account(session, partner_id=staff.partner_id))
    )


@router.get("/v1/partners/{id}/payee/stripe", responses=declines(*SIGNED_IN, 400, 404))
def show_account(call: SignedIn, id: str) -> StripeAccountShape:  # noqa: A002 - the path's own word
    """The same of any partner; the look is recorded. For officers with the role finance or admin."""

    def serve(session: Session, officer: OfficerRead) -> StripeAccountRead:
        partner = get_partner_by_id(session, id)
        subject, facts = f"partner:{public_id('prt', partner.public_id)}", {"what": "account at Stripe"}
        record_act(session, actor=officer.actor, act="partner.looked_at", subject=subject, facts=facts, now=call.now)
        return read_account(session, partner_id=partner.id)

    return present_account(call.run(as_payer, serve))
