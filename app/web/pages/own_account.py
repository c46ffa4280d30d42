"""What the scheme knows of a resident: the page that leads to it, and correcting it."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Invalid
from app.residents.joining import CONNECTIONS, LONGEST_NAME
from app.residents.noting import note_change
from app.residents.profile import Correction, correct_profile
from app.residents.queries import ResidentRead
from app.web.callers import Call, as_resident
from app.web.languages import mark
from app.web.pages.own_words import WordsUnfit, read_words
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.problems import status_of

ACCOUNT = "/you/account"
DETAILS = "/you/details"
NONE_SAID = "none"
PASSES = ("adult", "young", "student", "senior", "disabled")

router = APIRouter(include_in_schema=False)


@router.get(ACCOUNT)
def account(request: Request) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    return render(request, "own/account.html", me=call.run(as_resident, lambda _, me: me))


@router.get(DETAILS)
def details(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.RESIDENT))


@router.post(DETAILS)
def correct(
    request: Request,
    name: Annotated[str, Form()] = "",
    connection: Annotated[str, Form()] = "",
    postcode: Annotated[str, Form()] = "",
    pass_type: Annotated[str, Form()] = "",
    forget_ward: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """A postcode that is left empty changes nothing: it is not kept, so it can't be shown."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)

    def serve(session: Session, me: ResidentRead) -> None:
        told = Correction(
            name=_read_name(name),
            connection=cast("Literal['live', 'work', 'visit']", connection) if connection in CONNECTIONS else None,
            postcode=None if forget_ward else postcode[:20].strip() or None,
            pass_type=pass_type if pass_type in PASSES else None,
            forget=frozenset(
                field for field, empty in (("postcode", forget_ward), ("pass_type", pass_type == NONE_SAID)) if empty
            ),
        )
        correct_profile(session, resident_id=me.id, correction=told)
        note_change(session, resident=me, act="person.changed", now=call.now)

    try:
        call.run(as_resident, serve)
    except Invalid as refusal:
        field = "name" if isinstance(refusal, WordsUnfit) else "postcode"
        return _show(request, call, status=status_of(type(refusal)), faults={field: str(refusal)})
    return RedirectResponse(f"{ACCOUNT}?done=changed", status_code=303)


def _read_name(written: str) -> str:
    return read_words(
        written.replace("\n", " "),
        missing=mark("Enter what you would like to be called"),
        too_long=mark("Write a shorter name, of at most 100 characters"),
        most=LONGEST_NAME,
    )


def _show(request: Request, call: Call, *, status: int = 200, faults: dict[str, str] | None = None) -> Response:
    me = call.run(as_resident, lambda _, me: me)
    return render(request, "own/details.html", status=status, me=me, faults=faults or {}, passes=PASSES)
