"""The terms of the scheme, for everybody to read; accepting newer ones, for residents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.ledger.commands import Answer
from app.residents.queries import ResidentRead
from app.residents.terms.acceptance import TermsStanding, accept_terms
from app.residents.terms.book import LEEDS_TERMS
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Anybody, SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["terms"])


class TermsOrder(msgspec.Struct, frozen=True):
    """The version that the person has read and accepts, as `GET /v1/terms` names it."""

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class TermsShape(Shape):
    """The terms that apply now. `text` is Markdown; a `draft` is not yet approved."""

    version: str
    applies_from_on: date
    title: str
    text: str
    draft: bool


class TermsStandingShape(Shape):
    """Which terms you accepted last. `waiting_version` is set while there are newer ones for you to accept."""

    accepted_version: str | None
    accepted_at: datetime | None
    waiting_version: str | None


@router.get("/v1/terms", responses=declines())
def show_terms(call: Anybody) -> TermsShape:
    """The terms that apply now. Open to all."""
    return TermsShape.model_validate(LEEDS_TERMS.get_current(today=london_date(call.now)), from_attributes=True)


@router.post(
    "/v1/me/terms",
    response_model=TermsStandingShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", TermsOrder)),
)
def accept(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Accept the current terms. Scope `resident`."""
    order = body.read(TermsOrder)
    answer = run_once(
        call,
        as_resident,
        lambda session, me: _accept(session, me, order.version, call.now),
        key=key,
        sent=body,
    )
    return respond(answer)


def present_standing(standing: TermsStanding) -> TermsStandingShape:
    return TermsStandingShape.model_validate(standing, from_attributes=True)


def _accept(session: Session, me: ResidentRead, version: str, now: datetime) -> Answer:
    standing = accept_terms(session, resident_id=me.id, version=version, now=now)
    return Answer(200, present_standing(standing).model_dump(mode="json"))
