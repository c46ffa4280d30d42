"""Signing in and out: the choice of ways, and providers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.ids import new_secret
from app.identity.logins import LoginKeys, Side
from app.identity.sessions import end_session, hash_session_secret
from app.identity.sign_in_errors import SignInFailed, SignInUnavailable
from app.identity.sign_in_tries import Try, begin_try, check_fresh, finish_try
from app.identity.staff_invitations import get_invitation, hash_invitation
from app.web.addresses import find_address
from app.web.callers import get_runtime
from app.web.faults import PathUnknown
from app.web.pages.demo_people import list_people
from app.web.pages.entering import Entry, enter, read_back
from app.web.pages.rendering import render
from app.web.pages.signed_out import lead_out
from app.web.pages.visits import check_form, find_provider, visit_token
from app.web.session_cookies import (
    begin_visit,
    drop_session_cookie,
    hash_visit,
    keep_visit,
    read_session_cookie,
    read_visit,
)
from app.web.sign_in_limits import TRIES
from app.web.sign_in_provider import Provider
from app.web.sign_in_ways import DEMO

DONE = "/sign-in/done"

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    return show_ways(request)


@router.get("/sign-in/partner")
def sign_in_as_partner(request: Request) -> Response:
    """For partners' staff and for hosts."""
    return show_ways(request, side=Side.PARTNER)


@router.get("/sign-in/again")
def prove_again(request: Request, back: str = "") -> Response:
    """For somebody who is signed in, before something that takes a recent sign-in."""
    return show_ways(request, back=read_back(back), again=True)


@router.get("/invitation/{code}")
def show_invitation(request: Request, code: str) -> Response:
    """Whoever has the link may sign in as the invited person, once."""
    runtime = get_runtime(request)
    code_hash = hash_invitation(LoginKeys(runtime.secrets), code)
    invited = runtime.database.in_transaction(
        lambda session: get_invitation(session, code_hash=code_hash, now=runtime.clock.now())
    )
    return show_ways(request, side=invited.side, invitation=code)


@router.get("/sign-in/with/{side}")
def begin(request: Request, side: str, back: str = "", again: str = "", invitation: str = "") -> Response:
    """Off to the provider of this side."""
    provider = get_runtime(request).ways_in.find_provider(side)
    if provider is None or side not in set(Side):
        raise PathUnknown
    return _begin(request, provider, name=side, side=Side(side), back=back, again=bool(again), invitation=invitation)


@router.get(DONE)
def done(request: Request, code: str = "", state: str = "", iss: str | None = None) -> Response:
    """Back from the provider: once, in the same browser, with a code that proves somebody."""
    runtime, visit = get_runtime(request), read_visit(request)
    if visit is None:
        raise SignInFailed("no-visit")
    begun = runtime.database.in_transaction(
        lambda session: finish_try(session, state=state, visit_hash=hash_visit(visit), now=runtime.clock.now())
    )
    provider = runtime.ways_in.find_provider(begun.provider) if begun else None
    if begun is None or provider is None:
        raise SignInFailed("state")
    if not code:
        raise SignInFailed("refused-there")
    proof, proved_at = provider.prove(begun, code=code, issuer=iss, redirect_uri=_done_at(request))
    check_fresh(begun, proved_at=proved_at)
    entry = Entry(
        begun.side,
        proof,
        back=begun.back,
        invitation_hash=begun.invitation_hash,
        provider=begun.provider,
        subject_is_person=begun.provider == DEMO,
    )
    return enter(request, entry)


@router.post("/sign-out")
def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    check_form(request, csrf)
    secret, provider = read_session_cookie(request), find_provider(request)
    if secret is not None:
        get_runtime(request).database.in_transaction(
            lambda session: end_session(session, secret_hash=hash_session_secret(secret))
        )
    response = RedirectResponse(lead_out(provider), status_code=303)
    drop_session_cookie(request, response)
    return response


def begin_as(request: Request, *, person: str, back: str = "") -> Response:
    """Off to the demonstration's provider, as one of its people; nowhere outside demo mode."""
    provider = get_runtime(request).ways_in.demo_provider
    if provider is None:
        raise SignInUnavailable
    side = {"stf": Side.PARTNER, "hst": Side.PARTNER, "off": Side.OFFICER}.get(person[:3], Side.RESIDENT)
    return _begin(request, provider, name=DEMO, side=side, back=back, hint=person)


def show_ways(
    request: Request,
    *,
    side: Side | None = None,
    back: str = "",
    again: bool = False,
    invitation: str = "",
    status: int = 200,
    problem: str | None = None,
    typed: str = "",
) -> Response:
    """The page on which to choose how to sign in; with `side`, for that side only."""
    ways, visit = get_runtime(request).ways_in, begin_visit(request)
    page = render(
        request,
        "sign_in.html",
        status=status,
        people=() if invitation else list_people(request),
        providers={one.value: provider.settings.title for one, provider in ways.providers.items()},
        by_code=ways.by_code,
        side=side.value if side else None,
        back=back,
        again=again,
        invitation=invitation,
        problem=problem,
        typed=typed,
        csrf=visit_token(request, visit),
    )
    keep_visit(request, page, visit)
    return page


def _begin(
    request: Request,
    provider: Provider,
    *,
    name: str,
    side: Side,
    back: str,
    again: bool = False,
    invitation: str = "",
    hint: str | None = None,
) -> Response:
    runtime, visit, state = get_runtime(request), begin_visit(request), new_secret()
    runtime.limiter.take(TRIES, find_address(request))
    begun = Try(
        side=side,
        provider=name,
        nonce=new_secret(),
        code_verifier=new_secret(),
        back=read_back(back),
        again=again,
        invitation_hash=hash_invitation(LoginKeys(runtime.secrets), invitation) if invitation else None,
        begun_at=runtime.clock.now(),
    )
    place = provider.ask(begun, state=state, redirect_uri=_done_at(request), hint=hint)
    runtime.database.in_transaction(
        lambda session: begin_try(session, state=state, visit_hash=hash_visit(visit), begun=begun)
    )
    response = RedirectResponse(place, status_code=303)
    keep_visit(request, response, visit)
    return response


def _done_at(request: Request) -> str:
    return f"{get_runtime(request).settings.public_url}{DONE}"
