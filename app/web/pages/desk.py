"""The desk's page: print a member card for somebody who is here. The look is kept with its purpose, like any other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Invalid, NotFound
from app.identity.queries import OfficerRead
from app.redemption.qr import draw_qr
from app.residents.cards import refuse_bank_card_number
from app.residents.desk import Desk, Purpose, PurposeKind, look_up_member
from app.residents.members import PREFIX, parse_member_number, write_member_number
from app.web.api.desk import CARD_TITLE, as_desk
from app.web.api.purposes import LONGEST_NOTE
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.problems import status_of

PURPOSES = {
    PurposeKind.IN_PERSON: mark("The person is here and asked"),
    PurposeKind.BY_PHONE: mark("The person asked by phone"),
    PurposeKind.BY_LETTER: mark("The person asked by letter"),
    PurposeKind.COMPLAINT: mark("A complaint"),
    PurposeKind.CORRECTION: mark("A correction"),
}

router = APIRouter(include_in_schema=False)


@router.get("/officer/desk")
def desk(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    call.run(as_desk, lambda _, officer: officer)
    return render(request, "desk.html", purposes=PURPOSES, number="", note="", wrong=None)


@router.post("/officer/desk")
def print_card(
    request: Request,
    number: Annotated[str, Form()] = "",
    purpose: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, csrf)

    def look(session: Session, officer: OfficerRead) -> str:
        stated = Purpose(_read_purpose(purpose), _read_note(note))
        keys = call.runtime.card_keys
        desk = Desk(officer, stated)
        look_up_member(session, desk=desk, number=number, act="print_card", keys=keys, now=call.now)
        return parse_member_number(number)

    try:
        digits = call.run(as_desk, look)
    except (Invalid, NotFound) as refusal:
        status = status_of(type(refusal))
        return render(
            request, "desk.html", status=status, purposes=PURPOSES, number=number[:40], note="", wrong=str(refusal)
        )
    qr = draw_qr(PREFIX + digits, title=CARD_TITLE)
    return render(request, "desk_card.html", number=write_member_number(digits), qr=qr)


class PurposeNotSaid(Invalid):
    """The form came without a purpose or a note."""

    code = "purpose-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Choose why you print the card, and say it in a sentence that names nobody."))


def _read_purpose(written: str) -> PurposeKind:
    try:
        return PurposeKind(written)
    except ValueError:
        raise PurposeNotSaid from None


def _read_note(written: str) -> str:
    note = written.strip()
    if not note or len(note) > LONGEST_NOTE:
        raise PurposeNotSaid
    refuse_bank_card_number(note)
    return note
