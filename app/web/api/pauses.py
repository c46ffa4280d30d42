"""The scheme-wide stop switch: what is paused, for everybody to see; pausing and resuming, for officers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.core.ids import parse_public_id, public_id
from app.identity.permissions import PAUSERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.rights.resuming import end_pause
from app.rulebook.errors import PauseUnknown
from app.rulebook.pauses import Pause, Paused, find_running_pauses, pause_scheme
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Anybody, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["pauses"])

as_pauser = as_officer_with(*PAUSERS)


class PauseOrder(msgspec.Struct, frozen=True):
    """What to pause, and what the public reads about it: a sentence or two, without personal data."""

    what: Literal["earning", "redeeming"]
    notice: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class PauseShape(Shape):
    """Earning or redeeming stands still for everybody, from `since` until `until`, which is null while it runs."""

    id: str
    what: str
    notice: str
    since: datetime
    until: datetime | None


class PausesShape(Shape):
    """What stands still now; at most one pause each of earning and of redeeming."""

    items: list[PauseShape]


@router.get("/v1/pauses", responses=declines())
def show_pauses(call: Anybody) -> PausesShape:
    """What is paused at the moment, and why. Open to all."""
    return PausesShape(items=[present_pause(pause) for pause in call.run(find_running_pauses)])


@router.post(
    "/v1/pauses",
    status_code=201,
    response_model=PauseShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", PauseOrder)),
)
def pause(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Pause earning or redeeming for everybody, from now on. For officers with the role admin or approver."""
    order = body.read(PauseOrder)
    answer = run_once(
        call,
        as_pauser,
        lambda session, officer: _answer(
            *(201, session, officer, call.now),
            pause_scheme(session, what=Paused(order.what), notice=order.notice, officer_id=officer.id, now=call.now),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.post("/v1/pauses/{id}/end", response_model=PauseShape, responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422))
def resume(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """End a pause, from now on; it stays on record. For officers with the role admin or approver."""
    wanted = read_pause_id(id)
    answer = run_once(
        call,
        as_pauser,
        lambda session, officer: _answer(
            *(200, session, officer, call.now),
            end_pause(session, pause=wanted, officer_id=officer.id, now=call.now),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


def present_pause(pause: Pause) -> PauseShape:
    return PauseShape(
        id=public_id("pau", pause.id),
        what=pause.what.value,
        notice=pause.notice,
        since=pause.from_at,
        until=pause.until_at,
    )


def read_pause_id(written: str) -> UUID:
    uuid = parse_public_id("pau", written)
    if uuid is None:
        raise PauseUnknown
    return uuid


def note_pause(session: Session, officer: OfficerRead, pause: Pause, *, now: datetime) -> None:
    """Put its beginning, or its end, into the audit trail."""
    record_act(
        session,
        actor=officer.actor,
        act="scheme.paused" if pause.until_at is None else "scheme.resumed",
        subject=f"pause:{public_id('pau', pause.id)}",
        facts={"what": pause.what.value},
        now=now,
    )


def _answer(status: int, session: Session, officer: OfficerRead, now: datetime, pause: Pause) -> Answer:
    note_pause(session, officer, pause, now=now)
    return Answer(status, present_pause(pause).model_dump(mode="json"))
