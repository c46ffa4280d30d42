"""Checking in: the code on a host's screen, and a resident who scans it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.hosting.check_in import check_in, show_code
from app.hosting.check_in_codes import CheckInCodes
from app.ledger.commands import Answer
from app.redemption.qr import draw_qr
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.host_sessions import read_session_id
from app.web.api.voucher_shapes import write_data_url
from app.web.callers import SignedIn, as_host, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey
from rules.reasons import REASONS

router = APIRouter(tags=["hosts"])


class CodeShape(Shape):
    """`qr` is a picture (an SVG data URL) that says `code`; `spoken` is the same to read aloud, and counts as well.

    Ask for the next one at `changes_at`.
    """

    code: str
    spoken: str
    qr: str
    changes_at: datetime


class CheckInOrder(msgspec.Struct, frozen=True):
    """What the QR on the host's screen says, or the short code beneath it."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class CheckInShape(Shape):
    """`status` is `here` where the host has yet to attest it, else awarded, recorded or held, with reasons in words."""

    session: str
    organisation: str
    status: str
    points: int
    reasons: list[str]
    sentences: list[str]


@router.get("/v1/host/sessions/{id}/check-in", responses=declines(*SIGNED_IN, 404, 409))
def show_check_in(call: SignedIn, id: str) -> CodeShape:  # noqa: A002 - the path's own word
    """The code to show now; it changes every 30 seconds. Scope `host`."""
    wanted, codes = read_session_id(id), CheckInCodes(call.runtime.secrets)
    shown = call.run(
        as_host,
        lambda session, host: show_code(session, host=host, wanted=wanted, codes=codes, now=call.now),
    )
    svg = draw_qr(shown.code, title="QR code to check in")
    picture = write_data_url(svg)
    return CodeShape(code=shown.code, spoken=shown.spoken, qr=picture, changes_at=shown.changes_at)


@router.post(
    "/v1/check-ins",
    status_code=201,
    response_model=CheckInShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CheckInOrder)),
)
def check_in_here(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """You are where this code is on the screen. Once a session, within a minute of its showing. Scope `resident`."""
    order, codes = body.read(CheckInOrder), CheckInCodes(call.runtime.secrets)

    def serve(session: Session, me: ResidentRead) -> Answer:
        bounds = call.runtime.settings.flag_bounds
        done = check_in(session, resident=me, code=order.code, codes=codes, bounds=bounds, now=call.now)
        shown = CheckInShape(
            session=done.title,
            organisation=done.organisation,
            status=done.status,
            points=done.points,
            reasons=list(done.reasons),
            sentences=[REASONS[reason] for reason in done.reasons],
        )
        return Answer(201, shown.model_dump(mode="json"))

    return respond(run_once(call, as_resident, serve, key=key, sent=body))
