"""Complaints: a resident's own, and those that wait for an officer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.audit import note_looks
from app.core.ids import parse_public_id, public_id
from app.core.paging import Page
from app.identity.permissions import COMPLAINT_ANSWERERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.residents.cards import refuse_bank_card_number
from app.residents.queries import ResidentRead
from app.rights.complaints import (
    ComplaintRead,
    acknowledge_complaint,
    answer_complaint,
    list_complaints,
    list_own_complaints,
    make_complaint,
)
from app.rights.errors import ComplaintUnknown
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.callers import SignedIn, as_officer_with, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rights"])

as_answerer = as_officer_with(*COMPLAINT_ANSWERERS)
as_looker = as_officer_with(*COMPLAINT_ANSWERERS, "auditor")

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]
State = Annotated[Literal["waiting", "done"], Query()]
After = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200)]


class ComplaintOrder(msgspec.Struct, frozen=True):
    """What is wrong, in your own words."""

    text: Words

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.text)


class ComplaintAnswer(msgspec.Struct, frozen=True):
    """What was found, and what becomes of it, in words for the resident."""

    answer: Words

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.answer)


class ComplaintShape(Shape):
    """`state`: new, acknowledged or answered. We acknowledge by `due_at`, 30 days after it was made."""

    id: str
    resident: str
    text: str
    state: str
    made_at: datetime
    due_at: datetime
    overdue: bool
    acknowledged_at: datetime | None
    answer: str | None
    answered_at: datetime | None


class ComplaintPage(Shape):
    """Soonest due first; `after` asks for the next page."""

    items: list[ComplaintShape]
    after: str | None


@router.post(
    "/v1/me/complaints",
    status_code=201,
    response_model=ComplaintShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ComplaintOrder)),
)
def complain(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Complain. We acknowledge it within 30 days. Scope `resident`."""
    order = body.read(ComplaintOrder)

    def serve(session: Session, me: ResidentRead) -> Answer:
        made = make_complaint(session, resident_id=me.id, words=order.text, now=call.now)
        return Answer(201, present_complaint(made, call.now).model_dump(mode="json"))

    answer = run_once(call, as_resident, serve, key=key, sent=body)
    return respond(answer)


@router.get("/v1/me/complaints", responses=declines(*SIGNED_IN))
def show_own_complaints(call: SignedIn) -> ComplaintPage:
    """Your complaints, the newest first. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_own_complaints(session, resident_id=me.id))
    return ComplaintPage(items=[present_complaint(one, call.now) for one in found], after=None)


@router.get("/v1/complaints", responses=declines(*SIGNED_IN, 400))
def show_complaints(
    call: SignedIn, response: Response, state: State = "waiting", after: After = None, limit: Limit = 50
) -> ComplaintPage:
    """Complaints by when they are due. For officers with the role support, approver, admin or auditor."""

    def look(session: Session, officer: OfficerRead) -> Page[ComplaintRead]:
        page = list_complaints(session, answered=state == "done", after=after, limit=limit)
        people = [one.resident for one in page.items]
        note_looks(session, actor=officer.actor, people=people, what="complaints", now=call.now)
        return page

    page = call.run(as_looker, look)
    link_next(response, "/v1/complaints", after=page.after, limit=limit, state=state)
    return ComplaintPage(items=[present_complaint(one, call.now) for one in page.items], after=page.after)


@router.post("/v1/complaints/{id}/acknowledge", responses=declines(*SIGNED_IN, 404))
def acknowledge(call: SignedIn, id: str) -> ComplaintShape:  # noqa: A002 - the path's own word
    """Tell the resident that it has arrived; again changes nothing. For the roles support, approver and admin."""
    wanted = parse_public_id("cpl", id)
    if wanted is None:
        raise ComplaintUnknown
    return present_complaint(
        call.run(
            as_answerer,
            lambda session, officer: acknowledge_complaint(session, complaint=wanted, officer=officer, now=call.now),
        ),
        call.now,
    )


@router.post(
    "/v1/complaints/{id}/answer",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ComplaintAnswer)),
)
def answer(call: SignedIn, id: str, body: Body) -> ComplaintShape:  # noqa: A002 - the path's own word
    """Answer a complaint, once. For officers with the role support, approver or admin."""
    order, wanted = body.read(ComplaintAnswer), parse_public_id("cpl", id)
    if wanted is None:
        raise ComplaintUnknown
    return present_complaint(
        call.run(
            as_answerer,
            lambda session, officer: answer_complaint(
                session, complaint=wanted, answer=order.answer, officer=officer, now=call.now
            ),
        ),
        call.now,
    )


def present_complaint(complaint: ComplaintRead, now: datetime) -> ComplaintShape:
    return ComplaintShape(
        id=public_id("cpl", complaint.id),
        resident=public_id("res", complaint.resident),
        text=complaint.text,
        state=complaint.state,
        made_at=complaint.made_at,
        due_at=complaint.due_at,
        overdue=complaint.state == "new" and now > complaint.due_at,
        acknowledged_at=complaint.acknowledged_at,
        answer=complaint.answer,
        answered_at=complaint.answered_at,
    )
