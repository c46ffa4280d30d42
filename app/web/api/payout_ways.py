"""Payments by Stripe that wait or are held: sent by the bank instead, or tried again."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.settlement.connect.freeing import move_to_bank, try_again
from app.settlement.payout_queries import PayoutRead
from app.web.api.answers import SIGNED_IN, declines, respond
from app.web.api.payout_shapes import PayoutShape, as_payer, present_payout
from app.web.callers import Call, SignedIn
from app.web.idempotency import run_once
from app.web.paying import change_payment, read_payout_id
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["money"])

DECLINES = declines(*SIGNED_IN, 400, 404, 409, 413, 422)


@router.post("/v1/payouts/{id}/by-bank", response_model=PayoutShape, responses=DECLINES)
def send_by_bank(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Pay it by the next file for the bank instead of Stripe. For officers with the role finance or admin."""
    return _change(call, id, body, key, "sent by the bank", move_to_bank)


@router.post("/v1/payouts/{id}/retry", response_model=PayoutShape, responses=DECLINES)
def retry(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have Stripe try it again at once. For officers with the role finance or admin."""
    return _change(
        *(call, id, body, key, "tried again"),
        lambda session, *, payout: try_again(session, payout=payout, now=call.now),
    )


def _change(
    call: Call, written: str, body: Sent, key: str | None, what: str, change: Callable[..., PayoutRead]
) -> Response:
    wanted = read_payout_id(written)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        payout = change_payment(session, officer, payout=wanted, what=what, change=change, now=call.now)
        return Answer(200, present_payout(payout).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))
