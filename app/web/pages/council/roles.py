"""Asking for somebody new, changing an officer's roles, and ending them: by another administrator than themselves."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.core.ids import parse_public_id
from app.identity.errors import OfficerEmailTaken, RegistrationInvalid
from app.identity.officers import change_roles, end_officer, propose_officer
from app.identity.queries import OfficerRead
from app.identity.role_errors import OfficerUnknown
from app.identity.role_queries import RoleChangeRead, get_officer
from app.residents.cards import BankCardNumber
from app.web.api.officer_shapes import as_keeper
from app.web.api.reasons import LONGEST_REASON
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.council.people import PAGE
from app.web.pages.council.role_words import ROLE_WORDS
from app.web.pages.own_words import WordsUnfit, read_words
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

NEW = PAGE + "/new"
LONGEST_NAME = 80
LONGEST_ADDRESS = 254
FAULTS = {
    "name": mark("Enter their name"),
    "email": mark("Enter an e-mail address in the form name@example.org"),
    "roles": mark("Choose at least one role"),
}
"""By the field that a registration is refused for."""
NO_REASON = mark("Say why, in a sentence")
LONG_REASON = mark("Say why in at most 500 characters")


@router.get(NEW)
def ask_for_officer(request: Request) -> Response:
    sign_in_again(request, Role.OFFICER, as_keeper)
    return _show(request)


@router.post(NEW)
def propose(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER, as_keeper)
    check_form(request, form.one("csrf"))
    reason, faults = _read_reason(form)
    if len(form.one("name")) > LONGEST_NAME or not form.one("name"):
        faults["name"] = FAULTS["name"]
    if len(form.one("email")) > LONGEST_ADDRESS:
        faults["email"] = FAULTS["email"]
    if not form.every("roles"):
        faults["roles"] = FAULTS["roles"]

    def serve(session: Session, officer: OfficerRead) -> None:
        name, email, roles = form.one("name"), form.one("email"), form.every("roles")
        propose_officer(session, name=name, email=email, roles=roles, reason=reason, by=officer, now=call.now)

    try:
        if not faults:
            call.run(as_keeper, serve)
            return RedirectResponse(f"{PAGE}?done=asked", status_code=303)
    except RegistrationInvalid as refusal:
        faults = {refusal.field: FAULTS.get(refusal.field, str(refusal))}
    except OfficerEmailTaken as refusal:
        faults = {"email": str(refusal)}
    return _show(request, form=form, faults=faults)


@router.get(PAGE + "/{id}")
def show_officer(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    return _show(request, officer=_find(sign_in_again(request, Role.OFFICER), id))


@router.post(PAGE + "/{id}")
def change(request: Request, id: str, form: SentForm) -> Response:  # noqa: A002 - the path's own word
    """Fewer roles hold at once; more wait for another administrator."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    wanted, (reason, faults) = _read_officer_id(id), _read_reason(form)
    if not form.every("roles"):
        faults["roles"] = FAULTS["roles"]

    def serve(session: Session, officer: OfficerRead) -> RoleChangeRead | None:
        roles = form.every("roles")
        return change_roles(session, officer=wanted, roles=roles, reason=reason, by=officer, now=call.now)

    if faults:
        return _show(request, officer=_find(call, id), form=form, faults=faults)
    try:
        waits = call.run(as_keeper, serve)
    except (Conflict, Invalid) as refusal:
        status = status_of(type(refusal))
        return _show(request, officer=_find(call, id), form=form, faults={"roles": str(refusal)}, status=status)
    return RedirectResponse(f"{PAGE}?done={'asked' if waits else 'taken'}", status_code=303)


@router.post(PAGE + "/{id}/end")
def end(request: Request, id: str, form: SentForm) -> Response:  # noqa: A002 - the path's own word
    """They are signed out, and may do nothing from now on."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    wanted = _read_officer_id(id)
    try:
        call.run(as_keeper, lambda session, officer: end_officer(session, officer=wanted, by=officer, now=call.now))
    except Conflict as refusal:
        return _show(request, officer=_find(call, id), faults={"end": str(refusal)}, status=409)
    return RedirectResponse(f"{PAGE}?done=officer_ended", status_code=303)


def _find(call: Call, written: str) -> OfficerRead:
    wanted = _read_officer_id(written)
    return call.run(as_keeper, lambda session, _: get_officer(session, officer=wanted))


def _read_officer_id(written: str) -> UUID:
    uuid = parse_public_id("off", written)
    if uuid is None:
        raise OfficerUnknown
    return uuid


def _read_reason(form: WholeForm) -> tuple[str, dict[str, str]]:
    """What was written, and what is wrong with it."""
    try:
        return read_words(form.one("reason"), missing=NO_REASON, too_long=LONG_REASON, most=LONGEST_REASON), {}
    except (WordsUnfit, BankCardNumber) as refusal:
        return "", {"reason": str(refusal)}


def _show(
    request: Request,
    *,
    officer: OfficerRead | None = None,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    """Of somebody new without `officer`; the status is of a form that is wrong."""
    return render(
        request,
        "council/officer.html",
        status=status if faults else 200,
        officer=officer,
        words=ROLE_WORDS,
        chosen=form.every("roles") if form else sorted(officer.roles) if officer and officer.active else [],
        values=form.as_sent() if form else {},
        faults=faults or {},
    )
