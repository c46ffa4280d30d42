"""The check-in code for a screen that everybody in the room sees: large, and new by itself every 30 seconds."""

from __future__ import annotations

from math import ceil

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.hosting.check_in import AROUND, CodeRead, show_code
from app.hosting.check_in_codes import CheckInCodes
from app.hosting.check_in_errors import CheckInClosed
from app.hosting.session_queries import SessionRead, get_session_of
from app.redemption.qr import draw_qr
from app.web.api.host_sessions import read_session_id
from app.web.callers import as_host
from app.web.pages.own_check_in import CHECK_IN
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

QR_TITLE = "QR code to check in"
CLOSED_SECONDS = 60
"""How often a screen that was put up too early looks whether it is time."""


@router.get("/host/sessions/{id}/screen")
def show(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    """The browser asks again by itself, by a header, which needs no script and works under the content policy."""
    call, wanted = sign_in_again(request, Role.HOST), read_session_id(id)
    runtime = call.runtime
    hosted: SessionRead = call.run(
        as_host, lambda session, host: get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    )
    shown: CodeRead | None
    try:
        codes = CheckInCodes(runtime.secrets)
        shown = call.run(
            as_host, lambda session, host: show_code(session, host=host, wanted=wanted, codes=codes, now=call.now)
        )
    except CheckInClosed:
        shown = None
    qr = draw_qr(f"{runtime.settings.public_url}{CHECK_IN}?code={shown.code}", title=QR_TITLE) if shown else None
    wait = ceil((shown.changes_at - call.now).total_seconds()) if shown else CLOSED_SECONDS
    page = render(
        request,
        "host/screen.html",
        hosted=hosted,
        address=f"/host/sessions/{id}",
        shown=shown,
        qr=qr,
        opens_at=hosted.starts_at - AROUND,
        closes_at=hosted.ends_at + AROUND,
        over=call.now > hosted.ends_at + AROUND,
        seconds=wait,
        place=f"{runtime.settings.public_url}{CHECK_IN}".partition("//")[2],
    )
    if call.now <= hosted.ends_at + AROUND:
        page.headers["Refresh"] = str(wait)
    return page
