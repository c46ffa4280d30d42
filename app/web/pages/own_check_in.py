"""Checking in at a session: the code on the host's screen, scanned by the phone's own camera or typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.core.errors import Conflict, Invalid, NotReady
from app.hosting.check_in import CheckInRead, check_in
from app.hosting.check_in_codes import CheckInCodes
from app.web.callers import as_resident
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.problems import status_of
from rules.reasons import say_reasons

CHECK_IN = "/check-in"
LONGEST_CODE = 100

router = APIRouter(include_in_schema=False)


@router.get(CHECK_IN)
def ask(request: Request, code: str = "") -> Response:
    """`code` fills in the form; being here is said by sending it, never by opening a link."""
    sign_in_again(request, Role.RESIDENT, as_resident)
    return render(request, "check_in.html", code=code[:LONGEST_CODE], done_here=None, problem=None)


@router.post(CHECK_IN)
def say_here(request: Request, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    if not code.strip():
        problem = mark("Enter the code that the host shows")
        return render(request, "check_in.html", status=422, code="", done_here=None, problem=problem)
    codes, bounds = CheckInCodes(call.runtime.secrets), call.runtime.settings.flag_bounds
    try:
        done: CheckInRead = call.run(
            as_resident,
            lambda session, me: check_in(
                session, resident=me, code=code.strip()[:LONGEST_CODE], codes=codes, bounds=bounds, now=call.now
            ),
        )
    except (Invalid, Conflict, NotReady) as refusal:
        status = status_of(type(refusal))
        return render(request, "check_in.html", status=status, code="", done_here=None, problem=str(refusal))
    sentences = say_reasons(done.reasons)
    return render(request, "check_in.html", code="", done_here=done, sentences=sentences, problem=None)
