"""The steps of a draft: checked, submitted, and approved or sent back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.backtest.history import count_history_days
from app.identity.errors import OtherRoleNeeded
from app.identity.permissions import APPROVER, BUDGET_HOLDER
from app.identity.queries import OfficerRead
from app.identity.tokens import Claims
from app.ledger.commands import Answer
from app.rulebook.drafting.approving import approve_draft, may_approve, return_draft
from app.rulebook.drafting.checking import check_draft, submit_draft
from app.rulebook.drafting.read_models import DraftRead
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.draft_shapes import DraftShape
from app.web.api.drafts import IfMatch, as_drafter
from app.web.api.drafts_shown import find_surroundings, show_whole
from app.web.api.reasons import Reasoned
from app.web.api.rules import read_rule_key
from app.web.callers import Call, SignedIn, as_officer
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["rules"])

_STEP = declines(*SIGNED_IN, 400, 404, 409, 412, 413, 415, 422)


class ReturnOrder(Reasoned, frozen=True):
    """Why the draft goes back to those who wrote it."""


@router.post("/v1/rules/{id}/check", response_model=DraftShape, responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422))
def check(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Check a draft: no fault, examples pass, evidence attached. For officers with the role editor or approver."""
    rule = read_rule_key(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        around = find_surroundings(session)
        count_days = partial(count_history_days, session)
        checked, found = check_draft(
            session, key=rule, around=around, count_days=count_days, officer=officer, now=call.now
        )
        return Answer(200, show_whole(session, checked, call.now, found).model_dump(mode="json"))

    return respond(run_once(call, as_drafter, serve, key=key, sent=body))


@router.post("/v1/rules/{id}/submit", response_model=DraftShape, responses=_STEP)
def submit(call: SignedIn, id: str, body: Body, if_match: IfMatch, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Hand a checked draft to the approvers. For officers with the role editor or approver."""
    rule, revision = read_rule_key(id), if_match.strip('"')
    return _step(
        *(call, as_drafter, body, key),
        lambda session, officer: submit_draft(session, key=rule, revision=revision, officer=officer, now=call.now),
    )


@router.post("/v1/rules/{id}/approve", response_model=DraftShape, responses=_STEP)
def approve(call: SignedIn, id: str, body: Body, if_match: IfMatch, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Approve what others wrote. For officers with the role approver, their deputies, and with the role finance."""
    rule, revision = read_rule_key(id), if_match.strip('"')
    return _step(
        *(call, as_approver_at(call.now), body, key),
        lambda session, officer: approve_draft(session, key=rule, revision=revision, officer=officer, now=call.now),
    )


@router.post(
    "/v1/rules/{id}/return",
    response_model=DraftShape,
    responses=_STEP,
    openapi_extra=takes(("application/json", ReturnOrder)),
)
def send_back(call: SignedIn, id: str, body: Body, if_match: IfMatch, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Send it back with a reason. For officers with the role approver, their deputies, and with the role finance."""
    order, rule, revision = body.read(ReturnOrder), read_rule_key(id), if_match.strip('"')
    return _step(
        *(call, as_approver_at(call.now), body, key),
        lambda session, officer: return_draft(
            session, key=rule, revision=revision, reason=order.reason, officer=officer, now=call.now
        ),
    )


def _step(
    call: Call,
    resolve: Callable[[Session, Claims], OfficerRead],
    sent: Sent,
    key: str | None,
    serve: Callable[[Session, OfficerRead], DraftRead],
) -> Response:
    """Take it once, and show the draft as it is then."""

    def answer(session: Session, officer: OfficerRead) -> Answer:
        return Answer(200, show_whole(session, serve(session, officer), call.now).model_dump(mode="json"))

    return respond(run_once(call, resolve, answer, key=key, sent=sent))


def as_approver_at(now: datetime) -> Callable[[Session, Claims], OfficerRead]:
    """The resolver of an approver, a budget holder, or somebody who is an approver's deputy then."""

    def resolve(session: Session, claims: Claims) -> OfficerRead:
        officer = as_officer(session, claims)
        if not may_approve(session, officer=officer, now=now):
            raise OtherRoleNeeded(APPROVER, BUDGET_HOLDER)
        return officer

    return resolve
