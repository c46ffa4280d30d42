"""The desk's first page: what can be done there, and the member card to print for somebody who is here."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Invalid, NotFound
from app.identity.queries import OfficerRead
from app.redemption.qr import draw_qr
from app.residents.desk import Desk, look_up_member
from app.residents.members import PREFIX, parse_member_number, write_member_number
from app.web.api.desk import CARD_TITLE, as_desk
from app.web.pages.rendering import render
from app.web.pages.support.looking import PURPOSES, PurposeNotSaid, read_purpose
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)


@router.get("/officer/desk")
def desk(request: Request) -> Response:
    sign_in_again(request, Role.OFFICER, as_desk)
    return _show(request, {}, {})


@router.post("/officer/desk")
def print_card(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))

    def look(session: Session, officer: OfficerRead) -> str:
        stated, number = read_purpose(form.one("purpose"), form.one("note")), form.one("number")
        keys = call.runtime.card_keys
        at = Desk(officer, stated)
        look_up_member(session, desk=at, number=number, act="print_card", keys=keys, now=call.now)
        return parse_member_number(number)

    try:
        digits = call.run(as_desk, look)
    except (Invalid, NotFound) as refusal:
        where = "purpose" if isinstance(refusal, PurposeNotSaid) else "number"
        return _show(request, form.as_sent(), {where: str(refusal)}, status=status_of(type(refusal)))
    qr = draw_qr(PREFIX + digits, title=CARD_TITLE)
    return render(request, "desk_card.html", number=write_member_number(digits), qr=qr)


def _show(request: Request, sent: Mapping[str, str], faults: Mapping[str, str], *, status: int = 200) -> Response:
    return render(request, "desk.html", status=status, purposes=PURPOSES, sent=sent, faults=faults)
