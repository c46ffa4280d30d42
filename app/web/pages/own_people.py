"""A resident and others: the code to invite somebody with, who invited oneself, and who lives together."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid, NotFound
from app.earning.referrals import name_referrer
from app.residents.households import HouseholdKeys, join_household, leave_household
from app.residents.noting import note_change
from app.residents.queries import ResidentRead
from app.residents.referrals import InvitationKeys, give_invitation
from app.web.callers import Call, as_resident
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import drop_nulls
from app.web.problems import status_of

INVITE = "/you/invite"
HOUSEHOLD = "/you/household"
LONGEST_CODE = 40
NO_CODE = mark("Enter the code that the other person gave you")
NO_HOME = mark("Enter the number of your home, 1 to 12 digits")

router = APIRouter(include_in_schema=False)


@router.get(INVITE)
def invite(request: Request) -> Response:
    return _show_invitation(request, sign_in_again(request, Role.RESIDENT))


@router.post(INVITE)
def tell_referrer(request: Request, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """Who asked oneself to join: told once, and nobody learns anything about anybody by it."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    said, keys = drop_nulls(code).strip()[:LONGEST_CODE], InvitationKeys(call.runtime.secrets)
    if not said:
        return _show_invitation(request, call, problem=NO_CODE, status=422)

    def serve(session: Session, me: ResidentRead) -> None:
        name_referrer(session, resident=me, code=said, keys=keys, now=call.now)
        facts = {"what": "who asked them to join"}
        note_change(session, resident=me, act="person.changed", facts=facts, now=call.now)

    try:
        call.run(as_resident, serve)
    except (Invalid, Conflict, NotFound) as refusal:
        return _show_invitation(request, call, problem=str(refusal), code=said, status=status_of(type(refusal)))
    return RedirectResponse(f"{INVITE}?done=referrer", status_code=303)


@router.get(HOUSEHOLD)
def household(request: Request) -> Response:
    sign_in_again(request, Role.RESIDENT, as_resident)
    return render(request, "own/household.html", uprn="", problem=None)


@router.post(HOUSEHOLD)
def tell_household(request: Request, uprn: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """Only a keyed hash of the number is kept."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    said, keys = "".join(drop_nulls(uprn).split())[:LONGEST_CODE], HouseholdKeys(call.runtime.secrets)
    if not said:
        return render(request, "own/household.html", status=422, uprn="", problem=NO_HOME)

    def serve(session: Session, me: ResidentRead) -> None:
        join_household(session, resident_id=me.id, uprn=said, keys=keys, now=call.now)
        _note_household(session, me, call)

    try:
        call.run(as_resident, serve)
    except (Invalid, Conflict) as refusal:
        status = status_of(type(refusal))
        return render(request, "own/household.html", status=status, uprn=said, problem=str(refusal))
    return RedirectResponse(f"{HOUSEHOLD}?done=household", status_code=303)


@router.post(f"{HOUSEHOLD}/leave")
def live_alone(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)

    def serve(session: Session, me: ResidentRead) -> None:
        leave_household(session, resident_id=me.id, now=call.now)
        _note_household(session, me, call)

    try:
        call.run(as_resident, serve)
    except Conflict as refusal:
        return render(request, "own/household.html", status=409, uprn="", problem=str(refusal))
    return RedirectResponse(f"{HOUSEHOLD}?done=household", status_code=303)


def _note_household(session: Session, me: ResidentRead, call: Call) -> None:
    """That it changed, never to what."""
    note_change(session, resident=me, act="person.changed", facts={"what": "household"}, now=call.now)


def _show_invitation(
    request: Request, call: Call, *, problem: str | None = None, code: str = "", status: int = 200
) -> Response:
    keys = InvitationKeys(call.runtime.secrets)
    own = call.run(as_resident, lambda session, me: give_invitation(session, resident_id=me.id, keys=keys))
    return render(request, "own/invite.html", status=status, own=own, code=code, problem=problem)
