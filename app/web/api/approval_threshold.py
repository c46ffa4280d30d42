"""From how many points on the budget holder approves a rule too."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.units import MOST_AT_ONCE
from app.identity.permissions import MONEY_ROLES
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rulebook.drafting.threshold import find_threshold, set_threshold
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])

as_treasurer = as_officer_with(*MONEY_ROLES)


class ThresholdOrder(Reasoned, frozen=True):
    """Points over a rule's validity above which the budget holder approves too; 0 is always."""

    points: Annotated[int, msgspec.Meta(ge=0, le=MOST_AT_ONCE)]


class ThresholdShape(Shape):
    """Above so many points over its validity the budget holder approves a rule too."""

    points: int


@router.get("/v1/approval-threshold", responses=declines(*SIGNED_IN))
def show_threshold(call: SignedIn) -> ThresholdShape:
    """From how many points on the budget holder approves too. For officers with a role."""
    return ThresholdShape(points=call.run(as_officer, lambda session, _: find_threshold(session)))


@router.post(
    "/v1/approval-threshold",
    status_code=201,
    response_model=ThresholdShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ThresholdOrder)),
)
def change_threshold(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Set it, with a reason. For officers with the role finance or admin."""
    order = body.read(ThresholdOrder)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        set_threshold(session, points=order.points, reason=order.reason, officer=officer, now=call.now)
        return Answer(201, ThresholdShape(points=find_threshold(session)).model_dump(mode="json"))

    return respond(run_once(call, as_treasurer, serve, key=key, sent=body))
