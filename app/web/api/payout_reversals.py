"""Payments by Stripe that are taken back: proposed by one officer, approved by another, done by the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import public_id
from app.core.units import MOST_AT_ONCE, Pence
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.settlement.connect.reversal_proposals import approve_reversal, propose_reversal, refuse_reversal
from app.settlement.connect.reversal_queries import ReversalRead, list_reversals
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.payout_shapes import MOST_PAYOUTS, as_payer, as_reader_of_payments
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn
from app.web.idempotency import run_once
from app.web.paying import change_reversal, read_payout_id, read_reversal_id
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["money"])

DECLINES = declines(*SIGNED_IN, 400, 404, 409, 413, 422)


class ReversalOrder(Reasoned, frozen=True):
    """How much to take back and why; `made_there` is Stripe's id (trr_...) of one that was made in its dashboard."""

    pence: Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)]
    made_there: Annotated[str, msgspec.Meta(pattern="^trr_[A-Za-z0-9_]{1,60}$")] | None = None


class ReversalShape(Shape):
    """`status`: open, approved (on its way), done, declined (by Stripe, `said` is why) or refused (by an officer)."""

    id: str
    payout: str
    pence: int
    reason: str
    made_there: str | None
    status: str
    said: str | None
    proposed_at: datetime
    ended_at: datetime | None


class ReversalsShape(Shape):
    """Newest first."""

    items: list[ReversalShape]


@router.get("/v1/payouts/reversals", responses=declines(*SIGNED_IN))
def show_reversals(call: SignedIn) -> ReversalsShape:
    """What was or is to be taken back. For officers with the role finance, auditor or admin."""
    found = call.run(as_reader_of_payments, lambda session, _: list_reversals(session, limit=MOST_PAYOUTS))
    return ReversalsShape(items=[_present(one) for one in found])


@router.post(
    "/v1/payouts/{id}/reversals",
    status_code=201,
    response_model=ReversalShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReversalOrder)),
)
def propose(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Propose to take money of a payment back; nothing moves yet. For officers with the role finance or admin."""
    order, payout = body.read(ReversalOrder), read_payout_id(id)

    def serve(session: Session, officer: OfficerRead) -> ReversalRead:
        return propose_reversal(
            session,
            payout=payout,
            pence=Pence(order.pence),
            reason=order.reason,
            made_there=order.made_there,
            officer_id=officer.id,
            now=call.now,
        )

    return _answer(call, body, key, serve, status=201)


@router.post("/v1/payouts/reversals/{id}/approve", response_model=ReversalShape, responses=DECLINES)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have Stripe take it back. For an officer who did not propose it, role finance or admin."""
    return _decide(call, id, body, key, approve_reversal)


@router.post("/v1/payouts/reversals/{id}/refuse", response_model=ReversalShape, responses=DECLINES)
def refuse(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """It is not taken back. For officers with the role finance or admin."""
    return _decide(call, id, body, key, refuse_reversal)


def _decide(call: Call, written: str, body: Sent, key: str | None, decide: Callable[..., ReversalRead]) -> Response:
    wanted = read_reversal_id(written)
    return _answer(
        *(call, body, key),
        lambda session, officer: decide(session, reversal=wanted, officer_id=officer.id, now=call.now),
        status=200,
    )


def _answer(
    call: Call, body: Sent, key: str | None, change: Callable[[Session, OfficerRead], ReversalRead], *, status: int
) -> Response:
    def serve(session: Session, officer: OfficerRead) -> Answer:
        reversal = change_reversal(session, officer, change=change, now=call.now)
        return Answer(status, _present(reversal).model_dump(mode="json"))

    return respond(run_once(call, as_payer, serve, key=key, sent=body))


def _present(reversal: ReversalRead) -> ReversalShape:
    return ReversalShape(
        id=public_id("rvs", reversal.public_id),
        payout=public_id("pay", reversal.payout),
        pence=reversal.pence,
        reason=reversal.reason,
        made_there=reversal.made_there,
        status=reversal.status,
        said=reversal.said,
        proposed_at=reversal.proposed_at,
        ended_at=reversal.ended_at,
    )
