"""Appeals: a resident's own, and those that wait for an officer who has not decided before."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import note_looks
from app.core.ids import parse_public_id, public_id
from app.core.paging import Page
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rights.appeal_errors import AppealUnknown
from app.rights.appeals import AppealRead, decide_appeal, list_appeals, list_own_appeals, make_appeal
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.complaints import After, ComplaintOrder, Limit, State, as_answerer, as_looker
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rights"])


class AppealOrder(ComplaintOrder, frozen=True):
    """Which event of yours, by its `source` and `id` as your activity shows them, and why it should count."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class AppealOrdered(Reasoned, frozen=True):
    """`stands`: it stays as it was; `changed`: the resident is right. They read the reason.

    An event that a person had refused counts then. For anything else propose an adjustment, and say so.
    """

    decision: Literal["stands", "changed"]


class AppealShape(Shape):
    """`decision` is null until `due_at` at the latest, then stands or changed, with its `reason`."""

    id: str
    resident: str
    source: str
    event_id: str
    type: str
    text: str
    made_at: datetime
    due_at: datetime
    overdue: bool
    decision: str | None
    reason: str | None
    decided_at: datetime | None


class AppealPage(Shape):
    """Soonest due first; `after` asks for the next page."""

    items: list[AppealShape]
    after: str | None


@router.post(
    "/v1/me/appeals",
    status_code=201,
    response_model=AppealShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", AppealOrder)),
)
def appeal(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Ask somebody to look again at what became of an event of yours. Scope `resident`."""
    order = body.read(AppealOrder)
    answered = run_once(
        call,
        as_resident,
        lambda session, me: Answer(
            201,
            present_appeal(
                make_appeal(
                    session, resident_id=me.id, source=order.source, event_id=order.id, words=order.text, now=call.now
                ),
                call.now,
            ).model_dump(mode="json"),
        ),
        key=key,
        sent=body,
    )
    return respond(answered)


@router.get("/v1/me/appeals", responses=declines(*SIGNED_IN))
def show_own_appeals(call: SignedIn) -> AppealPage:
    """Your appeals, the newest first. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_own_appeals(session, resident_id=me.id))
    return AppealPage(items=[present_appeal(one, call.now) for one in found], after=None)


@router.get("/v1/appeals", responses=declines(*SIGNED_IN, 400))
def show_appeals(
    call: SignedIn, response: Response, state: State = "waiting", after: After = None, limit: Limit = 50
) -> AppealPage:
    """Appeals by when they are due. For officers with the role support, approver, admin or auditor."""

    def look(session: Session, officer: OfficerRead) -> Page[AppealRead]:
        page = list_appeals(session, decided=state == "done", after=after, limit=limit)
        people = [one.resident for one in page.items]
        note_looks(session, actor=officer.actor, people=people, what="appeals", now=call.now)
        return page

    page = call.run(as_looker, look)
    link_next(response, "/v1/appeals", after=page.after, limit=limit, state=state)
    return AppealPage(items=[present_appeal(one, call.now) for one in page.items], after=page.after)


@router.post(
    "/v1/appeals/{id}/decide",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", AppealOrdered)),
)
def decide(call: SignedIn, id: str, body: Body) -> AppealShape:  # noqa: A002 - the path's own word
    """Decide an appeal, once, and not about your own decision. For the roles support, approver and admin."""
    order, wanted = body.read(AppealOrdered), _read_appeal(id)
    return present_appeal(
        call.run(
            as_answerer,
            lambda session, officer: decide_appeal(
                session, appeal=wanted, decision=order.decision, reason=order.reason, officer=officer, now=call.now
            ),
        ),
        call.now,
    )


def _read_appeal(written: str) -> UUID:
    uuid = parse_public_id("apl", written)
    if uuid is None:
        raise AppealUnknown
    return uuid


def present_appeal(found: AppealRead, now: datetime) -> AppealShape:
    return AppealShape(
        id=public_id("apl", found.id),
        resident=public_id("res", found.resident),
        source=found.source,
        event_id=found.event_id,
        type=found.type,
        text=found.text,
        made_at=found.made_at,
        due_at=found.due_at,
        overdue=found.decision is None and now > found.due_at,
        decision=found.decision,
        reason=found.reason,
        decided_at=found.decided_at,
    )
