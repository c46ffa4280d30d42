"""Letters that wait: who has to be told something and has no address that a message could be sent to."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.core.errors import Invalid
from app.identity.queries import OfficerRead
from app.notices.letters import Letter, list_letters, note_handed_over
from app.residents.desk import Desk, look_up_member
from app.residents.members import write_member_number
from app.web.api.desk import as_desk
from app.web.callers import Call
from app.web.pages.rendering import render
from app.web.pages.support.looking import PURPOSES, read_purpose, read_visit
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

LETTERS = "/officer/desk/letters"
MOST_LETTERS = 100

router = APIRouter(include_in_schema=False)


@router.get(LETTERS)
def ask(request: Request) -> Response:
    sign_in_again(request, Role.OFFICER, as_desk)
    return render(request, "support/letters.html", letters=None, purposes=PURPOSES, sent={}, faults={})


@router.post(LETTERS)
def show(request: Request, form: SentForm) -> Response:
    """A look at each of these people, which is kept with its purpose."""
    call = sign_in_again(request, Role.OFFICER, as_desk)
    check_form(request, form.one("csrf"))
    return _show(request, call, form)


@router.post(f"{LETTERS}/told")
def note_told(request: Request, form: SentForm) -> Response:
    """The letter has gone, or they were told when they came: everything that waited for this person is done."""
    call = sign_in_again(request, Role.OFFICER, as_desk)
    check_form(request, form.one("csrf"))
    visit, keys = read_visit(form), call.runtime.card_keys

    def serve(session: Session, officer: OfficerRead) -> int:
        desk = visit.at(officer)
        found = look_up_member(session, desk=desk, number=visit.reference, act="hand_over", keys=keys, now=call.now)
        return note_handed_over(session, resident_id=found.id, now=call.now)

    return _show(request, call, form, told=call.run(as_desk, serve))


def _show(request: Request, call: Call, form: WholeForm, *, told: int = 0) -> Response:
    try:
        purpose = read_purpose(form.one("purpose"), form.one("note"))
    except Invalid as refusal:
        faults, status = {"purpose": str(refusal)}, status_of(type(refusal))
        sent = form.as_sent()
        return render(
            request, "support/letters.html", status=status, letters=None, purposes=PURPOSES, sent=sent, faults=faults
        )
    letters: tuple[Letter, ...] = call.run(
        as_desk,
        lambda session, officer: list_letters(
            session,
            desk=Desk(officer, purpose),
            keys=call.runtime.card_keys,
            today=london_date(call.now),
            limit=MOST_LETTERS,
            now=call.now,
        ),
    )
    shown = [(write_member_number(one.member), one) for one in letters]
    sent = form.as_sent()
    return render(request, "support/letters.html", letters=shown, sent=sent, faults={}, most=MOST_LETTERS, told=told)
