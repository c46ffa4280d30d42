"""Signing in with a code by e-mail or text. What is said never depends on whether somebody has an account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.ids import new_digits
from app.identity.logins import Address, LoginKeys, Side, read_address
from app.identity.sign_in_codes import CODE_DIGITS, CODE_LASTS, Asked, answer_code, ask_for_code, find_asked
from app.identity.sign_in_errors import AddressUnusable, SignInUnavailable
from app.identity.staff_invitations import hash_invitation
from app.notify.service import MessageKeys
from app.web.addresses import find_address
from app.web.callers import get_runtime
from app.web.faults import FormExpired
from app.web.languages import mark
from app.web.pages.entering import Entry, enter, read_back
from app.web.pages.rendering import render
from app.web.pages.sign_in import show_ways
from app.web.pages.visits import check_form
from app.web.session_cookies import hash_visit, read_visit
from app.web.sign_in_limits import CODES_ASKED, CODES_SENT, WRONG_FOR, WRONG_FROM

LONGEST_TYPED = 300
CODE_PAGE = "/sign-in/code"
SIDES = frozenset({Side.RESIDENT, Side.PARTNER})
"""Who may come in by code: officers prove themselves to the council's own directory."""

router = APIRouter(include_in_schema=False)


@router.post("/sign-in/ask")
def ask(
    request: Request,
    address: Annotated[str, Form()] = "",
    side: Annotated[str, Form()] = Side.RESIDENT.value,
    back: Annotated[str, Form()] = "",
    keep: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
    invitation: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Send a code to whatever address it is."""
    check_form(request, csrf)
    runtime, visit = get_runtime(request), read_visit(request)
    if not runtime.ways_in.by_code or side not in SIDES:
        raise SignInUnavailable
    if visit is None:
        raise FormExpired
    try:
        wanted = read_address(address[:LONGEST_TYPED])
    except AddressUnusable as refusal:
        return show_ways(
            request,
            side=Side(side) if invitation else None,
            back=read_back(back),
            again=bool(again),
            invitation=invitation,
            status=422,
            problem=str(refusal),
            typed=address[:LONGEST_TYPED],
        )
    runtime.limiter.take(CODES_ASKED, find_address(request))
    runtime.limiter.take(CODES_SENT, wanted.written)
    keys = LoginKeys(runtime.secrets)
    asked = Asked(
        Side(side),
        wanted,
        back=read_back(back),
        keep=bool(keep),
        invitation_hash=hash_invitation(keys, invitation) if invitation else None,
    )
    runtime.database.in_transaction(
        lambda session: ask_for_code(
            session,
            asked=asked,
            code=new_digits(CODE_DIGITS),
            visit_hash=hash_visit(visit),
            keys=keys,
            message_keys=MessageKeys(runtime.secrets),
            now=runtime.clock.now(),
        )
    )
    return RedirectResponse(CODE_PAGE, status_code=303)


@router.get(CODE_PAGE)
def show_code(request: Request) -> Response:
    asked = _find_asked(request)
    if asked is None:
        return RedirectResponse("/sign-in", status_code=303)
    return _show(request, asked)


@router.post(CODE_PAGE)
def answer(request: Request, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    check_form(request, csrf)
    runtime, visit = get_runtime(request), read_visit(request)
    asked = _find_asked(request)
    if visit is None or asked is None:
        return RedirectResponse("/sign-in", status_code=303)
    network = find_address(request)
    runtime.limiter.refuse_full(WRONG_FROM, network)
    runtime.limiter.refuse_full(WRONG_FOR, asked.address.written)
    answered = runtime.database.in_transaction(
        lambda session: answer_code(
            session,
            code=code[:LONGEST_TYPED],
            visit_hash=hash_visit(visit),
            keys=LoginKeys(runtime.secrets),
            now=runtime.clock.now(),
        )
    )
    if answered.asked is not None and answered.proof is not None:
        entry = Entry(
            answered.asked.side,
            answered.proof,
            back=answered.asked.back,
            keep=answered.asked.keep,
            invitation_hash=answered.asked.invitation_hash,
        )
        return enter(request, entry)
    runtime.limiter.count(WRONG_FROM, network)
    runtime.limiter.count(WRONG_FOR, asked.address.written)
    wrong = mark("This code is not the one we sent. Check it and try again")
    return _show(request, asked, over=answered.over, problem=wrong)


def _find_asked(request: Request) -> Asked | None:
    runtime, visit = get_runtime(request), read_visit(request)
    if visit is None:
        return None
    return runtime.database.in_transaction(
        lambda session: find_asked(
            session, visit_hash=hash_visit(visit), keys=LoginKeys(runtime.secrets), now=runtime.clock.now()
        )
    )


def _show(request: Request, asked: Asked, *, over: bool = False, problem: str | None = None) -> Response:
    runtime = get_runtime(request)
    return render(
        request,
        "sign_in_code.html",
        status=422 if problem else 200,
        address=write_address(asked.address),
        over=over,
        problem=None if over else problem,
        minutes=int(CODE_LASTS.total_seconds()) // 60,
        messages=str(runtime.settings.data_dir / "messages") if runtime.demo else None,
    )


def write_address(address: Address) -> str:
    """As people write it: 07700 900123."""
    mobile = address.written.removeprefix("+44")
    return address.written if mobile == address.written else f"0{mobile[:4]} {mobile[4:]}"
