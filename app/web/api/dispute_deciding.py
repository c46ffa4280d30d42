"""Refunds: proposed by one officer, approved by a second; or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.units import Points
from app.identity.permissions import REFUND_ROLES
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.redemption.dispute_queries import DisputeRead
from app.redemption.disputes import approve_refund, propose_refund, refuse_refund
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.dispute_orders import RefundApproval, RefundOrder, read_dispute_id
from app.web.api.dispute_shapes import DisputeShape, present
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["disputes"])

as_decider = as_officer_with(*REFUND_ROLES)


def _answers(order: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "response_model": DisputeShape,
        "responses": declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
        "openapi_extra": takes(("application/json", order)),
    }


@router.post("/v1/disputes/{id}/propose", **_answers(RefundOrder))
def propose(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Propose a refund; nothing comes back yet. For officers with the role finance, approver or admin."""
    order, wanted = body.read(RefundOrder), read_dispute_id(id)
    points = None if order.points is None else Points(order.points)
    return _do(
        *(call, body, key),
        lambda session, officer: propose_refund(
            session, dispute=wanted, points=points, answer=order.reason, officer=officer, now=call.now
        ),
    )


@router.post("/v1/disputes/{id}/approve", **_answers(RefundApproval))
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Give back what another officer proposed. For officers with the role finance, approver or admin."""
    order, wanted = body.read(RefundApproval), read_dispute_id(id)
    return _do(
        *(call, body, key),
        lambda session, officer: approve_refund(
            session, dispute=wanted, points=Points(order.points), officer=officer, now=call.now
        ),
    )


@router.post("/v1/disputes/{id}/refuse", **_answers(Reasoned))
def refuse(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Give nothing back; the resident and the partner read why. For the roles finance, approver and admin."""
    order, wanted = body.read(Reasoned), read_dispute_id(id)
    return _do(
        *(call, body, key),
        lambda session, officer: refuse_refund(
            session, dispute=wanted, answer=order.reason, officer=officer, now=call.now
        ),
    )


def _do(call: Call, sent: Sent, key: str | None, serve: Callable[[Session, OfficerRead], DisputeRead]) -> Response:
    """Once, and show the dispute as it stands then."""

    def answer(session: Session, officer: OfficerRead) -> Answer:
        return Answer(200, present(session, serve(session, officer), call.now).model_dump(mode="json"))

    return respond(run_once(call, as_decider, answer, key=key, sent=sent))
