"""A partner's account at Stripe: connected by the partner, looked at by it and by the council."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.identity.queries import OfficerRead
from app.settlement.connect.account_queries import StripeAccountRead, read_account
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.payout_shapes import as_payer, get_partner_by_id
from app.web.api.stripe_shapes import StripeAccountShape, present_account
from app.web.callers import SignedIn, as_partner_staff
from app.web.paying_by_stripe import look_at_account, open_link

router = APIRouter(tags=["money"])

BACK_TO = "/till"


class OnboardingShape(Shape):
    """Where you tell Stripe who you are. The link is good once, for some minutes."""

    url: str
    expires_at: datetime


@router.post("/v1/partner/payee/stripe", responses=declines(*SIGNED_IN, 409))
def connect(call: SignedIn) -> OnboardingShape:
    """Get the link by which you connect an account at Stripe; ask again for another. For the partner's owner."""
    link = open_link(call, back_to=BACK_TO)
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
        return look_at_account(session, officer, get_partner_by_id(session, id), now=call.now)

    return present_account(call.run(as_payer, serve))
