"""A host's sessions: opening them, and the code that people scan to check in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.hosting.errors import SessionUnknown
from app.hosting.session_queries import SessionRead, get_session_of, list_sessions
from app.hosting.sessions import LONGEST_TITLE, open_session
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.callers import SignedIn, as_host
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["hosts"])

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class SessionOrder(msgspec.Struct, frozen=True):
    """A session of your organisation; `event_type` is what being there is recorded as."""

    event_type: Annotated[str, msgspec.Meta(max_length=40)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]
    starts_at: _Instant
    ends_at: _Instant
    place: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class SessionShape(Shape):
    """One session."""

    id: str
    organisation: str
    event_type: str
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime


class SessionPage(Shape):
    """Those opened last first; `after` asks for the next page."""

    items: list[SessionShape]
    after: str | None


@router.get("/v1/host/sessions", responses=declines(*SIGNED_IN, 400))
def show_sessions(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SessionPage:
    """Your organisation's sessions. Scope `host`."""
    page = call.run(
        as_host,
        lambda session, host: list_sessions(session, organisation_id=host.organisation_id, after=after, limit=limit),
    )
    link_next(response, "/v1/host/sessions", after=page.after, limit=limit)
    return SessionPage(items=[_present(one) for one in page.items], after=page.after)


@router.post(
    "/v1/host/sessions",
    status_code=201,
    response_model=SessionShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", SessionOrder)),
)
def open_one(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Open a session, past or to come; people are attested when it is over. Scope `host`."""
    order = body.read(SessionOrder)
    window = timedelta(days=call.runtime.settings.late_window_days)
    answer = run_once(
        call,
        as_host,
        lambda session, host: Answer(
            201,
            _present(
                open_session(session, host=host, **msgspec.structs.asdict(order), late_window=window, now=call.now)
            ).model_dump(mode="json"),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.get("/v1/host/sessions/{id}", responses=declines(*SIGNED_IN, 404))
def show_session(call: SignedIn, id: str) -> SessionShape:  # noqa: A002 - the path's own word
    """One of your organisation's sessions. Scope `host`."""
    wanted = read_session_id(id)
    found = call.run(
        as_host, lambda session, host: get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    )
    return _present(found)


def read_session_id(written: str) -> UUID:
    """Raises SessionUnknown."""
    uuid = parse_public_id("ses", written)
    if uuid is None:
        raise SessionUnknown
    return uuid


def _present(session: SessionRead) -> SessionShape:
    return SessionShape(
        id=public_id("ses", session.uuid),
        organisation=session.organisation,
        event_type=session.event_type,
        title=session.title,
        place=session.place,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )
