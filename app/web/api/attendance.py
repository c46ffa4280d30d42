"""Who was at a session: told by its host with ticks or a register, agreed by a second host, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.hosting.attendance import (
    MOST_LINES,
    Line,
    LineResult,
    approve_attendance,
    attest_attendance,
    withdraw_attendance,
)
from app.hosting.errors import AttendanceUnfit, AttendanceUnknown
from app.hosting.queries import AttendanceRead, HostRead, get_session_of, list_attendance
from app.hosting.register import MOST_BAGS, MOST_MINUTES, read_register
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.host_sessions import read_session_id
from app.web.api.reasons import Reasoned
from app.web.api.upload import CSV_TYPE
from app.web.bodies import require_type
from app.web.callers import Call, SignedIn, as_host
from app.web.idempotency import run_once
from app.web.problems import Problem
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["hosts"])


class AttendedLine(msgspec.Struct, frozen=True):
    """One person, by their member number, or by the `id` of a check-in. Without `minutes`: the whole session."""

    member: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None
    bags: Annotated[int, msgspec.Meta(ge=0, le=MOST_BAGS)] | None = None


class AttendanceOrder(msgspec.Struct, frozen=True):
    """By sending this you attest that these people were there."""

    attended: Annotated[list[AttendedLine], msgspec.Meta(min_length=1, max_length=MOST_LINES)]


class AttendedShape(Shape):
    """`status`: awarded, recorded, held, waiting (a second host), already, withdrawn, or refused with a `problem`."""

    status: str
    points: int
    reasons: list[str]
    problem: dict[str, Any] | None


class AttendedListShape(Shape):
    """One for each line, in order."""

    results: list[AttendedShape]


class AttendanceShape(Shape):
    """Somebody who was there. `state`: here (checked in, not attested), waiting, counted or withdrawn."""

    id: str
    state: str
    minutes: int | None
    bags: int | None
    checked_in_at: datetime | None


class AttendanceListShape(Shape):
    """In the order in which people were told of."""

    items: list[AttendanceShape]


@router.get("/v1/host/sessions/{id}/attendance", responses=declines(*SIGNED_IN, 404))
def show_attendance(call: SignedIn, id: str) -> AttendanceListShape:  # noqa: A002 - the path's own word
    """Who was there, as far as it has been told: no names. Scope `host`."""
    wanted = read_session_id(id)
    found = call.run(as_host, lambda session, host: _list(session, host, wanted))
    return AttendanceListShape(items=[_present(one) for one in found])


@router.post(
    "/v1/host/sessions/{id}/attendance",
    response_model=AttendedListShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", AttendanceOrder)),
)
def attest(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Attest who was there, when it is over. One that can't be does not sink the others. Scope `host`."""
    wanted, order = read_session_id(id), body.read(AttendanceOrder)
    return _attest(call, wanted, [_read(line) for line in order.attended], body, key)


@router.post(
    "/v1/host/imports",
    response_model=AttendedListShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes((CSV_TYPE, {"type": "string", "format": "binary"})),
)
def upload_register(
    call: SignedIn,
    body: Body,
    session: Annotated[str, Query(max_length=64, description="The session that the register is of.")],
    key: IdempotencyKey = None,
) -> Response:
    """Attest a session's register: CSV with the columns member, minutes and bags. Scope `host`."""
    require_type(body.content_type, CSV_TYPE)
    return _attest(call, read_session_id(session), read_register(body.body), body, key)


@router.post(
    "/v1/host/sessions/{id}/attendance/{attendance}/approve",
    response_model=AttendedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, attendance: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Agree to what another host of your organisation attested, where it takes two. Scope `host`."""
    wanted, person = read_session_id(id), _read_attendance_id(attendance)
    answer = run_once(
        call,
        as_host,
        lambda session, host: _answer_one(
            approve_attendance(session, host=host, wanted=wanted, attendance=person, now=call.now)
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.post(
    "/v1/host/sessions/{id}/attendance/{attendance}/withdraw",
    response_model=AttendedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", Reasoned)),
)
def withdraw(call: SignedIn, id: str, attendance: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Take back what was attested by mistake: as if it had never counted. Scope `host`."""
    wanted, person, order = read_session_id(id), _read_attendance_id(attendance), body.read(Reasoned)
    answer = run_once(
        call,
        as_host,
        lambda session, host: _answer_one(
            withdraw_attendance(session, host=host, wanted=wanted, attendance=person, reason=order.reason, now=call.now)
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


def _attest(call: Call, wanted: UUID, lines: Sequence[Line], sent: Sent, key: str | None) -> Response:
    window = timedelta(days=call.runtime.settings.late_window_days)

    def serve(session: Session, host: HostRead) -> Answer:
        results = attest_attendance(
            session,
            host=host,
            wanted=wanted,
            lines=lines,
            keys=call.runtime.card_keys,
            late_window=window,
            now=call.now,
        )
        return Answer(200, {"results": [_present_result(one) for one in results]})

    return respond(run_once(call, as_host, serve, key=key, sent=sent))


def _list(session: Session, host: HostRead, wanted: UUID) -> tuple[AttendanceRead, ...]:
    hosted = get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    return list_attendance(session, session_id=hosted.id)


def _read(line: AttendedLine) -> Line:
    if (line.member is None) == (line.id is None):
        where = "member"
        raise AttendanceUnfit(where, "Name each person by their member number or by the id of their check-in.")
    uuid = _read_attendance_id(line.id) if line.id is not None else None
    return Line(line.member, uuid, line.minutes, line.bags)


def _read_attendance_id(written: str) -> UUID:
    uuid = parse_public_id("att", written)
    if uuid is None:
        raise AttendanceUnknown
    return uuid


def _answer_one(result: LineResult) -> Answer:
    return Answer(200, _present_result(result))


def _present_result(result: LineResult) -> dict[str, Any]:
    return AttendedShape(
        status=result.status,
        points=result.points,
        reasons=list(result.reasons),
        problem=Problem.of(result.refusal).to_data() if result.refusal else None,
    ).model_dump(mode="json")


def _present(attendance: AttendanceRead) -> AttendanceShape:
    return AttendanceShape(
        id=public_id("att", attendance.uuid),
        state=attendance.state,
        minutes=attendance.minutes,
        bags=attendance.bags,
        checked_in_at=attendance.scanned_at,
    )
