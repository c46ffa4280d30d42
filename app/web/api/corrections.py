"""Officers take points back: what an old event gave, and, as a decision of its own, what was spent of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.units import MOST_AT_ONCE, Points
from app.earning.taking_back import claw_back_event, reverse_event
from app.identity.permissions import CORRECTION_ROLES
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.ledger.decisions import Decision
from app.ledger.reversals import TakenBack
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

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


class TakenBackShape(Shape):
    """`points` went from the wallet back to campaigns; `written_off` had been spent, and nobody has to pay them."""

    points: int
    written_off: int


@router.post(
    "/v1/reversals",
    status_code=201,
    response_model=TakenBackShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReversalOrder)),
)
def reverse(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Take back what an event gave that is too old to void. For officers with the role approver or admin."""
    order = body.read(ReversalOrder)
    return _decide(
        *(call, body, key, order.reason),
        lambda session, decision: reverse_event(
            session, source=order.source, external_id=order.id, decision=decision, now=call.now
        ),
    )


@router.post(
    "/v1/clawbacks",
    status_code=201,
    response_model=TakenBackShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ClawbackOrder)),
)
def claw(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Take points for those of an event that were spent and written off. For officers, role approver or admin."""
    order = body.read(ClawbackOrder)
    return _decide(
        *(call, body, key, order.reason),
        lambda session, decision: claw_back_event(
            session,
            source=order.source,
            external_id=order.id,
            points=Points(order.points),
            decision=decision,
            now=call.now,
        ),
    )


def _decide(
    call: Call, sent: Sent, key: str | None, reason: str, serve: Callable[[Session, Decision], TakenBack]
) -> Response:
    def answer(session: Session, officer: OfficerRead) -> Answer:
        done = serve(session, Decision(officer.id, reason, officer.uuid))
        return Answer(201, {"points": done.taken, "written_off": done.written_off})

    return respond(run_once(call, as_corrector, answer, key=key, sent=sent))
