"""Flagged events and partners: what waits for a person, and what the person decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.core.paging import Page
from app.earning.review.cases import CaseRead, list_cases, list_own_cases
from app.earning.review.deciding import decide_case
from app.earning.review.errors import CaseUnknown
from app.identity.permissions import REVIEWERS
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn, as_officer_with, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["review"])

as_reviewer = as_officer_with(*REVIEWERS)

APPEAL = "If you think this is wrong, you can ask for an appeal, and somebody else will look at it."


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


class OwnCaseShape(Shape):
    """Something of yours that a person looks at, or has looked at, before it can earn points.

    `decision` is null until `due_at` at the latest, then release or refuse with its `reason`; `appeal` says what you
    can do about a refusal.
    """

    id: str
    title: str
    on: date
    sentence: str
    opened_at: datetime
    due_at: datetime
    decision: str | None
    reason: str | None
    decided_at: datetime | None
    appeal: str | None


class OwnCasePage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[OwnCaseShape]
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
    page: Page[CaseRead] = call.run(
        as_officer_with(*REVIEWERS, "auditor"),
        lambda session, _: list_cases(session, waiting=state == "waiting", after=after, limit=limit),
    )
    link_next(response, "/v1/review", after=page.after, limit=limit, state=state)
    return CasePage(items=[_present(one, call.now) for one in page.items], after=page.after)


@router.post(
    "/v1/review/{id}/decide",
    response_model=CaseShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CaseDecision)),
)
def decide(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Let a flagged event count, or not, with a reason. For officers with the role support or approver."""
    wanted, order = _read_id(id), body.read(CaseDecision)
    answer = run_once(
        call,
        as_reviewer,
        lambda session, officer: Answer(
            200,
            _present(
                decide_case(
                    session,
                    case=wanted,
                    decision=order.decision,
                    reason=order.reason,
                    officer_id=officer.id,
                    now=call.now,
                ),
                call.now,
            ).model_dump(mode="json"),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.get("/v1/me/reviews", responses=declines(*SIGNED_IN, 400))
def show_own_cases(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OwnCasePage:
    """What of yours a person looks at before it can earn points, and what they decided. Scope `resident`."""
    page = call.run(
        as_resident, lambda session, me: list_own_cases(session, resident_id=me.id, after=after, limit=limit)
    )
    link_next(response, "/v1/me/reviews", after=page.after, limit=limit)
    return OwnCasePage(items=[_present_own(one) for one in page.items], after=page.after)


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("rev", written)
    if uuid is None:
        raise CaseUnknown
    return uuid


def _present(case: CaseRead, now: datetime) -> CaseShape:
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


def _present_own(case: CaseRead) -> OwnCaseShape:
    assert case.on is not None, "a resident's cases are about events"
    return OwnCaseShape(
        id=public_id("rev", case.id),
        title=case.title,
        on=case.on,
        sentence=case.sentence,
        opened_at=case.opened_at,
        due_at=case.due_at,
        decision=case.decision,
        reason=case.reason,
        decided_at=case.decided_at,
        appeal=APPEAL if case.decision == "refuse" else None,
    )
