"""Who was at a session: its host ticks who checked in, types member numbers or sends a register as a file."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import parse_public_id
from app.hosting.attendance_errors import AttendanceUnknown
from app.hosting.errors import SessionUnknown
from app.hosting.register import Row, read_row, read_rows
from app.hosting.second_word import approve_attendance, withdraw_attendance
from app.web.api.host_sessions import read_session_id
from app.web.api.reasons import LONGEST_REASON
from app.web.callers import Call, as_host
from app.web.languages import mark
from app.web.pages.hosting.attesting import Entry, attest_rows
from app.web.pages.hosting.session_page import show_session
from app.web.pages.own_words import read_words
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

SESSION = "/host/sessions/{id}"
MOST_TYPED = 60
NOBODY = mark("Tick somebody who checked in, or enter a member number")
NO_FILE = mark("Choose a file")

router = APIRouter(include_in_schema=False)


@router.get(SESSION)
def show(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    return show_session(request, sign_in_again(request, Role.HOST), read_session_id(id))


@router.post(f"{SESSION}/attest")
def attest(request: Request, id: str, form: SentForm) -> Response:  # noqa: A002 - the path's own word
    call = sign_in_again(request, Role.HOST)
    check_form(request, form.one("csrf"))
    rows = [*_read_ticks(form), *_read_typed(form)]
    if not rows:
        return show_session(request, call, read_session_id(id), problem=NOBODY, status=422)
    return _answer(request, call, id, rows)


@router.post(f"{SESSION}/register")
def upload(
    request: Request,
    id: str,  # noqa: A002 - the path's own word
    file: Annotated[UploadFile | None, File()] = None,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """A line that can't be kept is shown to be mended; it does not hold up the others."""
    call = sign_in_again(request, Role.HOST)
    check_form(request, csrf)
    wanted, content = read_session_id(id), file.file.read() if file is not None else b""
    if not content:
        return show_session(request, call, wanted, problem=NO_FILE, at="file", status=422)
    try:
        rows = read_rows(content)
    except Invalid as refusal:
        return show_session(request, call, wanted, problem=str(refusal), at="file", status=status_of(type(refusal)))
    return _answer(request, call, id, rows)


@router.post(f"{SESSION}/people/{{attendance}}/agree")
def agree(request: Request, id: str, attendance: str, csrf: Annotated[str, Form()] = "") -> Response:  # noqa: A002 - the path's own word
    call = sign_in_again(request, Role.HOST)
    check_form(request, csrf)
    wanted, person, bounds = read_session_id(id), _read_attendance(attendance), call.runtime.settings.flag_bounds
    try:
        call.run(
            as_host,
            lambda session, host: approve_attendance(
                session, host=host, wanted=wanted, attendance=person, bounds=bounds, now=call.now
            ),
        )
    except Conflict as refusal:
        return show_session(request, call, wanted, problem=str(refusal), at="register", status=409)
    return RedirectResponse(f"/host/sessions/{id}?done=agreed", status_code=303)


@router.post(f"{SESSION}/people/{{attendance}}/withdraw")
def withdraw(
    request: Request,
    id: str,  # noqa: A002 - the path's own word
    attendance: str,
    reason: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    call = sign_in_again(request, Role.HOST)
    check_form(request, csrf)
    wanted, person = read_session_id(id), _read_attendance(attendance)
    try:
        said = read_words(
            reason,
            missing=mark("Write why you take it back, naming nobody"),
            too_long=mark("Write at most 500 characters"),
            most=LONGEST_REASON,
        )
        call.run(
            as_host,
            lambda session, host: withdraw_attendance(
                session, host=host, wanted=wanted, attendance=person, reason=said, now=call.now
            ),
        )
    except (Invalid, Conflict) as refusal:
        status = status_of(type(refusal))
        return show_session(request, call, wanted, problem=str(refusal), at="register", status=status)
    return RedirectResponse(f"/host/sessions/{id}?done=withdrawn", status_code=303)


def _answer(request: Request, call: Call, id: str, rows: list[Row]) -> Response:  # noqa: A002 - the path's own word
    wanted = read_session_id(id)
    try:
        told = attest_rows(call, wanted, rows)
    except SessionUnknown:
        raise
    except (Invalid, Conflict, NotFound) as refusal:
        kept = [Entry.of(row) for row in rows]
        return show_session(request, call, wanted, entries=kept, problem=str(refusal), status=status_of(type(refusal)))
    if told.refused:
        return show_session(request, call, wanted, entries=told.refused, noted=told.noted, status=422)
    return RedirectResponse(f"/host/sessions/{id}?done=attested", status_code=303)


def _read_ticks(form: WholeForm) -> list[Row]:
    return [
        read_row("", form.one(f"minutes-{written}"), form.one(f"bags-{written}"), attendance=_read_attendance(written))
        for written in form.every("here")
    ]


def _read_typed(form: WholeForm) -> list[Row]:
    """Whoever has a number or anything else: a line with minutes and no number is not dropped."""
    typed = [tuple(form.one(f"{name}-{at}") for name in ("member", "minutes", "bags")) for at in range(MOST_TYPED)]
    return [read_row(*cells) for cells in typed if any(cells)]


def _read_attendance(written: str) -> UUID:
    uuid = parse_public_id("att", written)
    if uuid is None:
        raise AttendanceUnknown
    return uuid
