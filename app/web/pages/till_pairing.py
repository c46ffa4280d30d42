"""A browser becomes a till: somebody types the code that the partner's page shows, and nobody signs in."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.core.errors import Conflict
from app.core.ids import new_secret
from app.identity.machine_errors import PairingCodeUnknown
from app.identity.sessions import TILL, Browser, begin_till_session, hash_session_secret
from app.web.addresses import find_address
from app.web.callers import OpenCall, get_runtime
from app.web.languages import mark
from app.web.pages.entering import answer_with_session
from app.web.pages.rendering import render
from app.web.pages.visits import TILL as TILL_PAGE
from app.web.pages.visits import check_form, visit_token
from app.web.pairing import redeem_code
from app.web.problems import status_of
from app.web.rates import TooManyTries
from app.web.session_cookies import begin_visit, keep_visit, name_device, read_session_cookie

LONGEST_CODE = 40

router = APIRouter(include_in_schema=False)


@router.get("/till/pair")
def show_pairing(request: Request) -> Response:
    return _show(request)


@router.post("/till/pair")
def pair(request: Request, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """The device gets a session of its own, which opens the till and nothing else; whoever was signed in no longer is.

    The secret that lets a machine sign in by the API is thrown away: this till comes by its session alone.
    """
    check_form(request, csrf)
    typed = code.strip()[:LONGEST_CODE]
    if not typed:
        return _show(request, status=422, problem=mark("Enter the code that the partner's page shows"))
    runtime = get_runtime(request)
    call = OpenCall(runtime, runtime.clock.now(), find_address(request))
    try:
        paired = redeem_code(call, typed)
    except (PairingCodeUnknown, Conflict, TooManyTries) as refusal:
        return _show(request, status=status_of(type(refusal)), problem=str(refusal), typed=typed)
    browser, replaced = Browser(new_secret(), name_device(request), keep=True), read_session_cookie(request)
    begin = partial(
        begin_till_session,
        till=paired.till.public_id,
        browser=browser,
        replaced=hash_session_secret(replaced) if replaced else None,
        now=call.now,
    )
    call.run(begin)
    return answer_with_session(request, TILL_PAGE, browser.secret, kept=TILL.longest, device=None)


def _show(request: Request, *, status: int = 200, problem: str | None = None, typed: str = "") -> Response:
    visit = begin_visit(request)
    csrf = visit_token(request, visit)
    page = render(request, "till_pairing.html", status=status, problem=problem, typed=typed, csrf=csrf)
    keep_visit(request, page, visit)
    return page
