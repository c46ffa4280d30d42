"""Officers propose to take points back: what an old event gave, and, as a decision of its own, what was spent of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from app.core.units import MOST_AT_ONCE, Points
from app.earning.adjustments import propose_clawback, propose_reversal
from app.identity.permissions import CORRECTION_ROLES
from app.web.api.adjustments import AdjustmentShape, answer_adjustment
from app.web.api.answers import SIGNED_IN, declines, takes
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_officer_with
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["corrections"])

as_corrector = as_officer_with(*CORRECTION_ROLES)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class ReversalOrder(Reasoned, frozen=True):
    """Which event's points are taken back, and why; the reason names nobody."""

    source: Name
    id: Name


class ClawbackOrder(Reasoned, frozen=True):
    """How many points are taken for those of the event that were spent, and why; the reason names nobody."""

    source: Name
    id: Name
    points: Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)]


@router.post(
    "/v1/reversals",
    status_code=201,
    response_model=AdjustmentShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReversalOrder)),
)
def reverse(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose to take back what an event gave that is too old to void. For officers, role approver or admin."""
    order = body.read(ReversalOrder)
    return answer_adjustment(
        *(call, body, key),
        lambda session, officer: propose_reversal(
            session, source=order.source, external_id=order.id, reason=order.reason, officer=officer, now=call.now
        ),
        resolve=as_corrector,
        status=201,
    )


@router.post(
    "/v1/clawbacks",
    status_code=201,
    response_model=AdjustmentShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ClawbackOrder)),
)
def claw(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose to take points for those of an event that were spent. For officers, role approver or admin."""
    order = body.read(ClawbackOrder)
    return answer_adjustment(
        *(call, body, key),
        lambda session, officer: propose_clawback(
            session,
            source=order.source,
            external_id=order.id,
            points=Points(order.points),
            reason=order.reason,
            officer=officer,
            now=call.now,
        ),
        resolve=as_corrector,
        status=201,
    )
