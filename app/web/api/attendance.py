"""Who was at a session: told by its host with ticks or a register, agreed by a second host, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.hosting.attendance import attest_attendance
from app.hosting.attendance_errors import AttendanceUnfit, AttendanceUnknown
from app.hosting.people import Line
from app.hosting.queries import HostRead
from app.hosting.register import read_register
from app.hosting.results import LineResult
from app.hosting.second_word import approve_attendance, withdraw_attendance
from app.hosting.session_queries import AttendanceRead, get_session_of, list_attendance
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.attendance_shapes import (
    AttendanceListShape,
    AttendanceOrder,
    AttendedLine,
    AttendedListShape,
    AttendedShape,
    present_attendance,
    present_result,
)
from app.web.api.host_sessions import read_session_id
from app.web.api.reasons import Reasoned
from app.web.api.upload import CSV_TYPE
from app.web.bodies import require_type
from app.web.callers import Call, SignedIn, as_host
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["hosts"])


@router.get("/v1/host/sessions/{id}/attendance", responses=declines(*SIGNED_IN, 404))
def show_attendance(call: SignedIn, id: str) -> AttendanceListShape:  # noqa: A002 - the path's own word
    """Who was there, as far as it has been told: no names. Scope `host`."""
    wanted = read_session_id(id)
    found = call.run(as_host, lambda session, host: _list(session, host, wanted))
    return AttendanceListShape(items=[present_attendance(one) for one in found])


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
    bounds = call.runtime.settings.flag_bounds
    answer = run_once(
        call,
        as_host,
        lambda session, host: _answer_one(
            approve_attendance(session, host=host, wanted=wanted, attendance=person, bounds=bounds, now=call.now)
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
            bounds=call.runtime.settings.flag_bounds,
            now=call.now,
        )
        return Answer(200, {"results": [present_result(one) for one in results]})

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
    return Answer(200, present_result(result))
