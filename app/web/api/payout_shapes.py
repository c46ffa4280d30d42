"""Payments to partners as they are shown, and who may look at them."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from app.core.ids import parse_public_id, public_id
from app.identity.permissions import PAYMENT_READERS, PAYMENT_ROLES
from app.offers.errors import PartnerUnknown
from app.offers.queries import PartnerRead, find_partner_by_public_id
from app.settlement.payout_queries import PayoutRead
from app.web.api.answers import Shape
from app.web.callers import as_officer_with

as_payer = as_officer_with(*PAYMENT_ROLES)
as_reader_of_payments = as_officer_with(*PAYMENT_READERS)
MOST_PAYOUTS = 200


class PayoutShape(Shape):
    """`status`: waiting, held (Stripe can't pay it), ordered (on its way), paid, returned or dropped.

    For the week from `from_on`. It goes on `due_on` at the earliest, null for at once; one that is `held_back` waits
    for a person, because of a case. `reason` says why it is not paid, or came back.
    """

    id: str
    method: str
    pence: int
    status: str
    from_on: date
    until_on: date
    reason: str | None
    made_at: datetime
    ended_at: datetime | None
    due_on: date | None
    held_back: bool


class PayoutsShape(Shape):
    """Newest first."""

    items: list[PayoutShape]


def get_partner_by_id(session: Session, written: str) -> PartnerRead:
    """Raises PartnerUnknown, also for what is no id."""
    uuid = parse_public_id("prt", written)
    partner = None if uuid is None else find_partner_by_public_id(session, public_id=uuid)
    if partner is None:
        raise PartnerUnknown
    return partner


def present_payout(payout: PayoutRead) -> PayoutShape:
    return PayoutShape(
        id=public_id("pay", payout.public_id),
        method=payout.method,
        pence=payout.pence,
        status=payout.status,
        from_on=payout.from_on,
        until_on=payout.until_on,
        reason=payout.reason,
        made_at=payout.made_at,
        ended_at=payout.ended_at,
        due_on=payout.due_on,
        held_back=payout.doubted,
    )
