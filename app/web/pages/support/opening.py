"""Opening an account for somebody who is here and has no e-mail and no phone."""

from __future__ import annotations

import hashlib
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.core.errors import Invalid, Refusal
from app.core.ids import new_secret, parse_public_id, public_id
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer, answer_once
from app.redemption.qr import draw_qr
from app.residents.cards import has_bank_card_number
from app.residents.desk import Desk, Purpose, open_account_at_desk
from app.residents.errors import ResidentUnknown
from app.residents.joining import CONNECTIONS
from app.residents.members import PREFIX, give_member_number, write_member_number
from app.residents.places.errors import PostcodeMalformed
from app.residents.queries import find_resident_by_public_id
from app.residents.terms.book import LEEDS_TERMS
from app.web.api.desk import CARD_TITLE, as_desk
from app.web.callers import Call
from app.web.faults import FormExpired
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.support.looking import PURPOSES, read_purpose
from app.web.pages.support.papers import FORM_KEY
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

OPEN = "/officer/desk/open"
LONGEST_NAME = 80
PASSES = ("adult", "young", "student", "senior", "disabled")

router = APIRouter(include_in_schema=False)


@router.get(OPEN)
def ask(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER, as_desk)
    return _show(request, call, {}, {})


@router.post(OPEN)
def open_account(request: Request, form: SentForm) -> Response:
    """`once` is the form's own key: sent twice, it opens one account. The answer shows the card to print."""
    call = sign_in_again(request, Role.OFFICER, as_desk)
    check_form(request, form.one("csrf"))
    if not FORM_KEY.fullmatch(form.one("once")):
        raise FormExpired
    faults = _find_faults(form)
    try:
        purpose = read_purpose(form.one("purpose"), form.one("note"))
    except Invalid as refusal:
        return _show(request, call, form.as_sent(), faults | {"purpose": str(refusal)}, status=422)
    if faults:
        return _show(request, call, form.as_sent(), faults, status=422)
    try:
        answer = call.run(as_desk, lambda session, officer: _open(session, officer, call, form, purpose))
    except Invalid as refusal:
        where = "postcode" if isinstance(refusal, PostcodeMalformed) else "terms"
        return _show(request, call, form.as_sent(), {where: str(refusal)}, status=status_of(type(refusal)))
    if "problem" in answer.body:
        return _show(request, call, form.as_sent(), {"terms": answer.body["problem"]}, status=answer.status)
    made = parse_public_id("res", answer.body["person"])
    number = call.run(as_desk, lambda session, _: _read_number(session, made, call))
    qr = draw_qr(PREFIX + number, title=CARD_TITLE)
    return render(request, "desk_card.html", number=write_member_number(number), qr=qr, opened=form.one("name"))


def _open(session: Session, officer: OfficerRead, call: Call, form: WholeForm, purpose: Purpose) -> Answer:
    def serve() -> Answer:
        resident, _ = open_account_at_desk(
            session,
            desk=Desk(officer, purpose),
            name=form.one("name"),
            connection=form.one("connection"),
            postcode=form.one("postcode")[:12] or None,
            pass_type=form.one("pass") or None,
            terms_version=form.one("terms"),
            of_age=form.one("of_age") == "yes",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        return Answer(201, {"person": public_id("res", resident.public_id)})

    sent = sorted((name, value) for name, value in form.as_sent().items() if name != "csrf")
    return answer_once(
        session,
        caller=f"pages/{officer.public_id}",
        key=form.one("once"),
        digest=hashlib.sha256(repr(sent).encode()).digest(),
        now=call.now,
        serve=serve,
        refuse=_refuse,
    )


def _refuse(refusal: Refusal) -> Answer:
    return Answer(status_of(type(refusal)), {"problem": str(refusal)})


def _read_number(session: Session, made: UUID | None, call: Call) -> str:
    """Kept nowhere else than with the card."""
    found = find_resident_by_public_id(session, public_id=made) if made else None
    if found is None:
        raise ResidentUnknown
    return give_member_number(session, resident=found, keys=call.runtime.card_keys)


def _find_faults(form: WholeForm) -> dict[str, str]:
    """Everything that is wrong at once, in the order of the page."""
    faults, name = {}, form.one("name")
    if not name or not name.isprintable() or len(name) > LONGEST_NAME or has_bank_card_number(name):
        faults["name"] = mark("Enter the name that the person would like to be called, up to 80 characters")
    if form.one("connection") not in CONNECTIONS:
        faults["connection"] = mark("Choose what connects the person with Leeds")
    if form.one("pass") not in ("", *PASSES):
        faults["pass"] = mark("Choose a kind of pass from the list")
    if not form.one("of_age"):
        faults["of_age"] = mark("Tick that the person is 18 or over. Nobody younger can join")
    if not form.one("terms"):
        faults["terms"] = mark("Read the terms to the person, and tick that they accept them")
    return faults


def _show(request: Request, call: Call, sent: dict[str, str], faults: dict[str, str], *, status: int = 200) -> Response:
    return render(
        request,
        "support/open.html",
        status=status,
        sent=sent,
        faults=faults,
        once=new_secret(),
        purposes=PURPOSES,
        terms=LEEDS_TERMS.get_current(today=london_date(call.now)),
    )
