"""Payments to partners: what waits, the files for the bank, and what came back."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.settlement.payout_queries import list_payouts
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.payout_shapes import (
    MOST_PAYOUTS,
    PayoutShape,
    PayoutsShape,
    as_payer,
    as_reader_of_payments,
    present_payout,
)
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_partner_staff
from app.web.idempotency import run_once
from app.web.paying import give_payment_back, read_payout_id, release_payment
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["money"])

TEXT = "text/plain; charset=us-ascii"
MOST_FILES = 100


class ReturnOrder(Reasoned, frozen=True):
    """Why the bank gave it back."""


class ReleaseOrder(Reasoned, frozen=True):
    """Why it may go."""


@router.get("/v1/payouts", responses=declines(*SIGNED_IN, 400))
def show_payouts(
    call: SignedIn, status: Literal["waiting", "held", "ordered", "paid", "returned", "dropped"] | None = None
) -> PayoutsShape:
    """Payments to all partners. For officers with the role finance, auditor or admin."""
    wanted = [] if status is None else [status]
    found = call.run(
        as_reader_of_payments,
        lambda session, _: list_payouts(session, partner_id=None, statuses=wanted, limit=MOST_PAYOUTS),
    )
    return PayoutsShape(items=[present_payout(payout) for payout in found])


@router.get("/v1/partner/payouts", responses=declines(*SIGNED_IN))
def show_own_payouts(call: SignedIn) -> PayoutsShape:
    """What you were or will be paid, and how it stands. For the partner's staff."""
    found = call.run(
        as_partner_staff,
        lambda session, staff: list_payouts(session, partner_id=staff.partner_id, limit=MOST_PAYOUTS),
    )
    return PayoutsShape(items=[present_payout(payout) for payout in found])


@router.post(
    "/v1/payouts/{id}/return",
    response_model=PayoutShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReturnOrder)),
)
def give_back(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """The bank gave a payment back: it is owed again. For officers with the role finance or admin."""
    order, wanted = body.read(ReturnOrder), read_payout_id(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        payout = give_payment_back(session, officer, payout=wanted, reason=order.reason, now=call.now)
        return Answer(200, present_payout(payout).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


@router.post(
    "/v1/payouts/{id}/release",
    response_model=PayoutShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReleaseOrder)),
)
def release(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Let one payment go to a partner whose case was refused. For an officer who did not, finance or admin."""
    order, wanted = body.read(ReleaseOrder), read_payout_id(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        payout = release_payment(session, officer, payout=wanted, reason=order.reason, now=call.now)
        return Answer(200, present_payout(payout).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))
