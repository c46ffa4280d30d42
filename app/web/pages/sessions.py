"""Where somebody is signed in, and signing out there or everywhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.ids import parse_public_id
from app.identity.errors import TokenMissing
from app.identity.sessions import end_one_session, list_sessions
from app.web.callers import as_person
from app.web.pages.rendering import render
from app.web.pages.signed_out import lead_out
from app.web.pages.visits import check_form, find_provider, find_visitor, make_call
from app.web.session_cookies import drop_session_cookie
from app.web.signing_out import sign_out_everywhere

SESSIONS = "/sessions"

router = APIRouter(include_in_schema=False)


@router.get(SESSIONS)
def show(request: Request) -> Response:
    visitor = find_visitor(request)
    if visitor is None:
        raise TokenMissing
    call = make_call(request)
    lines = call.run(
        as_person,
        lambda session, person: list_sessions(session, person=person, now=call.now),
    )
    return render(request, "sessions.html", sessions=lines, current=visitor.session.uuid)


@router.post("/sessions/end")
def end(request: Request, session: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """One of them."""
    check_form(request, csrf)
    call, ended = make_call(request), parse_public_id("sis", session)
    call.run(as_person, lambda opened, person: end_one_session(opened, person=person, public=ended))
    return RedirectResponse(SESSIONS, status_code=303)


@router.post("/sessions/end-all")
def end_all(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """All of them, this one too."""
    check_form(request, csrf)
    call, provider = make_call(request), find_provider(request)
    call.run(as_person, lambda session, person: sign_out_everywhere(session, person=person, now=call.now))
    response = RedirectResponse(lead_out(provider), status_code=303)
    drop_session_cookie(request, response)
    return response
