"""Where a partner is paid: said by the partner, approved by an officer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.core.ids import public_id
from app.identity.queries import OfficerRead, StaffRead
from app.ledger.commands import Answer
from app.offers.queries import PartnerRead, get_partner
from app.settlement.payees import (
    BankDetails,
    PayeeKeys,
    PayeeRead,
    get_payee,
    propose_bank_details,
    read_bank_details,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.payout_shapes import as_payer, get_partner_by_id
from app.web.callers import Call, SignedIn, as_partner_owner, as_partner_staff
from app.web.idempotency import run_once
from app.web.paying import approve_bank, look_at_bank_details
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["money"])


class BankOrder(msgspec.Struct, frozen=True):
    """Where to pay: as they stand on a bank card or cheque."""

    sort_code: Annotated[str, msgspec.Meta(max_length=20)]
    account: Annotated[str, msgspec.Meta(max_length=20)]
    name: Annotated[str, msgspec.Meta(max_length=60)]


class PayeeShape(Shape):
    """`method`: bacs or stripe. `ends_in`: the last digits of the bank account, null while there is none.

    New bank details that `waits` tells of, and payment by Stripe that `stripe_waits` tells of, wait for an approval.
    `stripe_ready`: the account at Stripe can be paid.
    """

    method: str
    ends_in: str | None
    waits: bool
    stripe_ready: bool
    stripe_waits: bool


class BankShape(Shape):
    """What waits to be approved, to compare with what the partner says on the telephone."""

    sort_code: str
    account: str
    name: str


@router.get("/v1/partner/payee", responses=declines(*SIGNED_IN))
def show_own_payee(call: SignedIn) -> PayeeShape:
    """Where you are paid. For the partner's staff."""
    keys = PayeeKeys(call.runtime.secrets)
    return present_payee(
        call.run(as_partner_staff, lambda session, staff: get_payee(session, partner_id=staff.partner_id, keys=keys))
    )


@router.put(
    "/v1/partner/payee",
    response_model=PayeeShape,
    responses=declines(*SIGNED_IN, 400, 413, 415, 422),
    openapi_extra=takes(("application/json", BankOrder)),
)
def propose_payee(call: SignedIn, body: Body) -> PayeeShape:
    """Say where you want to be paid. It holds once the council has approved it. For the partner's owner."""
    order = body.read(BankOrder)
    return present_payee(propose_details(call, sort_code=order.sort_code, account=order.account, name=order.name))


@router.get("/v1/partners/{id}/payee", responses=declines(*SIGNED_IN, 400, 404, 409))
def show_proposal(call: SignedIn, id: str) -> BankShape:  # noqa: A002 - the path's own word
    """The bank details that wait to be approved; the look is recorded. For officers with the role finance or admin."""

    def serve(session: Session, officer: OfficerRead) -> BankDetails:
        return look_at_bank_details(session, officer, get_partner_by_id(session, id), call=call)

    details = call.run(as_payer, serve)
    return BankShape(sort_code=details.sort_code, account=details.account, name=details.name)


@router.post(
    "/v1/partners/{id}/payee/approve",
    response_model=PayeeShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve_payee(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Pay there from now on. Telephone the partner first. For officers with the role finance or admin."""

    def serve(session: Session, officer: OfficerRead) -> Answer:
        payee = approve_bank(session, officer, get_partner_by_id(session, id), call=call)
        return Answer(200, present_payee(payee).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


def present_payee(payee: PayeeRead) -> PayeeShape:
    return PayeeShape(**vars(payee))


def _name(partner: PartnerRead) -> str:
    return f"partner:{public_id('prt', partner.public_id)}"


def propose_details(call: Call, *, sort_code: str, account: str, name: str) -> PayeeRead:
    """The caller's partner wants to be paid there. Raises BankDetailsUnfit, PartnerOwnerOnly."""
    keys = PayeeKeys(call.runtime.secrets)
    details = read_bank_details(sort_code=sort_code, account=account, name=name)

    def serve(session: Session, staff: StaffRead) -> PayeeRead:
        partner = get_partner(session, partner_id=staff.partner_id)
        facts = {"what": "bank details proposed"}
        subject = _name(partner)
        record_act(session, actor=staff.actor, act="partner.changed", subject=subject, facts=facts, now=call.now)
        return propose_bank_details(
            session, partner_id=partner.id, details=details, staff_id=staff.id, keys=keys, now=call.now
        )

    return call.run(as_partner_owner, serve)
