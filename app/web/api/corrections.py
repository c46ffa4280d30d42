"""Officers take points back: what an old event gave, and, as a decision of its own, what was spent of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict
from app.core.units import Points
from app.earning.queries import get_event
from app.earning.void import VOID_WINDOW
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.ledger.decisions import Decision
from app.ledger.reversals import TakenBack, claw_back, reverse_awards
from app.rulebook.queries import find_budgets
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Call, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["corrections"])

CORRECTION_ROLES = ("approver", "admin")
as_corrector = as_officer_with(*CORRECTION_ROLES)

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class VoidInstead(Conflict):
    """The event is young enough to be voided, which corrects everything that followed from it, too."""

    code = "void-instead"

    def __init__(self, *, window_days: int) -> None:
        super().__init__(f"The event happened in the last {window_days} days. Its source can void it, which is exact.")
        self.window_days = window_days


class ReversalOrder(msgspec.Struct, frozen=True):
    """Which event's points are taken back, and why; the reason names nobody."""

    source: Name
    id: Name
    reason: Reason


class ClawbackOrder(msgspec.Struct, frozen=True):
    """How many points are taken for those of the event that were spent, and why; the reason names nobody."""

    source: Name
    id: Name
    points: Annotated[int, msgspec.Meta(ge=1, le=10**12)]
    reason: Reason


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


def reverse_event(session: Session, *, source: str, external_id: str, decision: Decision, now: datetime) -> TakenBack:
    """Reverse each award of the event, up to what it stands at now.

    An event so old is beyond the reach of refolds, so what it stands at can't change under our hands. Raises
    EventUnknown, VoidInstead, NothingToReverse, ReasonUnfit.
    """
    event = get_event(session, source=source, external_id=external_id)
    if event.happened_at >= now - VOID_WINDOW:
        raise VoidInstead(window_days=VOID_WINDOW.days)
    budgets = find_budgets(session)
    most: Counter[int] = Counter()
    for line in event.lines:
        most[budgets[str(line["campaign"])].account_id] += int(str(line["got"]))
    return reverse_awards(
        session, wallet_id=event.resident_id, event_id=event.id, most=most, decision=decision, now=now
    )


def claw_back_event(
    session: Session, *, source: str, external_id: str, points: Points, decision: Decision, now: datetime
) -> TakenBack:
    """Raises EventUnknown, ClawbackTooLarge, ReasonUnfit."""
    event = get_event(session, source=source, external_id=external_id)
    return claw_back(session, wallet_id=event.resident_id, event_id=event.id, points=points, decision=decision, now=now)


def _decide(
    call: Call, sent: Sent, key: str | None, reason: str, serve: Callable[[Session, Decision], TakenBack]
) -> Response:
    def answer(session: Session, officer: OfficerRead) -> Answer:
        done = serve(session, Decision(officer.id, reason))
        return Answer(201, {"points": done.taken, "written_off": done.written_off})

    return respond(run_once(call, as_corrector, answer, key=key, sent=sent))
