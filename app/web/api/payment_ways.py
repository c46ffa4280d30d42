"""By which way a partner is paid: chosen by the partner, and by Stripe once an officer has approved it."""

from __future__ import annotations

from typing import Literal

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead, StaffRead
from app.ledger.commands import Answer
from app.offers.queries import PartnerRead
from app.settlement.payees import PayeeKeys, PayeeRead, get_payee
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.payees import PayeeShape, present_payee
from app.web.api.payout_shapes import as_payer, get_partner_by_id
from app.web.callers import Call, SignedIn, as_partner_owner
from app.web.idempotency import run_once
from app.web.paying_by_stripe import approve_way, choose_way
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["money"])


class WayOrder(msgspec.Struct, frozen=True):
    """By bank or by Stripe."""

    method: Literal["bacs", "stripe"]


@router.put(
    "/v1/partner/payee/method",
    response_model=PayeeShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", WayOrder)),
)
def choose(call: SignedIn, body: Body) -> PayeeShape:
    """Choose how you are paid. Stripe holds once the council has approved it. For the partner's owner."""
    order = body.read(WayOrder)

    def serve(session: Session, staff: StaffRead) -> PayeeRead:
        partner = choose_way(session, staff, method=order.method, now=call.now)
        return _read(session, call, partner)

    return present_payee(call.run(as_partner_owner, serve))


@router.post(
    "/v1/partners/{id}/payee/stripe/approve",
    response_model=PayeeShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Pay by Stripe from now on. Telephone the partner first. For officers with the role finance or admin."""

    def serve(session: Session, officer: OfficerRead) -> Answer:
        partner = get_partner_by_id(session, id)
        approve_way(session, officer, partner, now=call.now)
        return Answer(200, present_payee(_read(session, call, partner)).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


def _read(session: Session, call: Call, partner: PartnerRead) -> PayeeRead:
    return get_payee(session, partner_id=partner.id, keys=PayeeKeys(call.runtime.secrets))
