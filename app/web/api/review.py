"""Flagged events and partners: what waits for a person, and what the person decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.audit import note_looks
from app.core.ids import parse_public_id, public_id
from app.core.paging import Page
from app.earning.review.cases import CaseRead, list_cases
from app.earning.review.deciding import decide_case
from app.earning.review.errors import CaseUnknown
from app.identity.permissions import REVIEW_READERS, REVIEWERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["review"])

as_reviewer = as_officer_with(*REVIEWERS)


class CaseDecision(Reasoned, frozen=True):
    """`release` lets the event count as if it came now; `refuse` keeps it without points. The resident reads why."""

    decision: Literal["release", "refuse"]


class CaseShape(Shape):
    """A flagged event (`subject` is `event`), or a partner whose figures stand out.

    `facts` is the evidence: what the event says, but not where it was, or the partner's figures. Decide by `due_at`.
    """

    id: str
    subject: str
    flag: str
    sentence: str
    facts: dict[str, Any]
    type: str | None
    title: str
    source: str | None
    event_id: str | None
    on: date | None
    opened_at: datetime
    due_at: datetime
    overdue: bool
    decision: str | None
    reason: str | None
    decided_at: datetime | None


class CasePage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[CaseShape]
    after: str | None


@router.get("/v1/review", responses=declines(*SIGNED_IN, 400))
def show_cases(
    call: SignedIn,
    response: Response,
    state: Annotated[Literal["waiting", "decided"], Query()] = "waiting",
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CasePage:
    """What was flagged, with its evidence and until when to decide. For officers, role support, approver or auditor."""

    def look(session: Session, officer: OfficerRead) -> Page[CaseRead]:
        page = list_cases(session, waiting=state == "waiting", after=after, limit=limit)
        people = [one.resident for one in page.items if one.resident is not None]
        note_looks(session, actor=officer.actor, people=people, what="flagged events", now=call.now)
        return page

    page = call.run(as_officer_with(*REVIEW_READERS), look)
    link_next(response, "/v1/review", after=page.after, limit=limit, state=state)
    return CasePage(items=[present_case(one, call.now) for one in page.items], after=page.after)


@router.post(
    "/v1/review/{id}/decide",
    response_model=CaseShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CaseDecision)),
)
def decide(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Let a flagged event count, or not, with a reason. For officers with the role support or approver."""
    wanted, order = read_case_id(id), body.read(CaseDecision)
    answer = run_once(
        call,
        as_reviewer,
        lambda session, officer: Answer(
            200,
            present_case(
                decide_case(
                    session,
                    case=wanted,
                    decision=order.decision,
                    reason=order.reason,
                    officer=officer,
                    now=call.now,
                ),
                call.now,
            ).model_dump(mode="json"),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


def read_case_id(written: str) -> UUID:
    uuid = parse_public_id("rev", written)
    if uuid is None:
        raise CaseUnknown
    return uuid


def present_case(case: CaseRead, now: datetime) -> CaseShape:
    return CaseShape(
        id=public_id("rev", case.id),
        subject=case.subject,
        flag=case.flag,
        sentence=case.sentence,
        facts=dict(case.facts),
        type=case.type,
        title=case.title,
        source=case.source,
        event_id=case.event_id,
        on=case.on,
        opened_at=case.opened_at,
        due_at=case.due_at,
        overdue=case.decision is None and now > case.due_at,
        decision=case.decision,
        reason=case.reason,
        decided_at=case.decided_at,
    )
