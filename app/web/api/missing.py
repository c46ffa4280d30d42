"""Something a resident did that has not arrived: telling us, and how it stands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.ids import public_id
from app.earning.missing import MissingRead, list_missing, report_missing
from app.ledger.commands import Answer
from app.residents.cards import refuse_bank_card_number
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["resident"])


class MissingOrder(msgspec.Struct, frozen=True):
    """What is missing: a type of event, or a source, or both; and the day on which it happened.

    `GET /v1/me/sources` lists the sources, `GET /v1/event-types` the types; a trip may be named as `transit.trip`.
    """

    on: date
    type: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    source: Annotated[str, msgspec.Meta(max_length=240)] | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.note or "")


class MissingShape(Shape):
    """`state` is open (we are waiting for it), review (its day is complete without it) or closed (it has arrived)."""

    id: str
    sources: list[str]
    type: str | None
    on: date
    note: str | None
    state: str
    sentence: str
    reported_at: datetime
    closed_at: datetime | None


class MissingPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[MissingShape]
    after: str | None


@router.post(
    "/v1/me/missing",
    status_code=201,
    response_model=MissingShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", MissingOrder)),
)
def report(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Say that something you did has not arrived. It closes by itself when it comes. Scope `resident`."""
    order = body.read(MissingOrder)
    answer = run_once(
        call,
        as_resident,
        lambda session, me: _answer(
            report_missing(
                session,
                resident_id=me.id,
                source=order.source,
                type_name=order.type,
                on=order.on,
                note=order.note,
                late_window=timedelta(days=call.runtime.settings.late_window_days),
                now=call.now,
            )
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.get("/v1/me/missing", responses=declines(*SIGNED_IN, 400))
def show_missing(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MissingPage:
    """What you have told us is missing, and how it stands. Scope `resident`."""
    page = call.run(as_resident, lambda session, me: list_missing(session, resident_id=me.id, after=after, limit=limit))
    link_next(response, "/v1/me/missing", after=page.after, limit=limit)
    return MissingPage(items=[present_missing(one) for one in page.items], after=page.after)


def _answer(missing: MissingRead) -> Answer:
    return Answer(201, present_missing(missing).model_dump(mode="json"))


def present_missing(missing: MissingRead) -> MissingShape:
    return MissingShape(
        id=public_id("mis", missing.id),
        sources=list(missing.sources),
        type=missing.type,
        on=missing.on,
        note=missing.note,
        state=missing.state,
        sentence=missing.sentence,
        reported_at=missing.reported_at,
        closed_at=missing.closed_at,
    )
