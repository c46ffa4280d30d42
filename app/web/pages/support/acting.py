"""What an officer does in somebody's account: each act is kept with its purpose, and the account shown afterwards."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import parse_public_id
from app.identity.queries import OfficerRead
from app.notices.letters import note_handed_over
from app.redemption.callback_errors import CallbackUnknown
from app.redemption.callbacks import answer_callback
from app.residents.claim_errors import ClaimUnknown
from app.residents.claims import confirm_claim
from app.residents.desk import look_up_resident
from app.residents.errors import ResidentUnknown
from app.residents.members import MemberNumberMalformed, MemberUnknown, replace_member_number
from app.residents.queries import ResidentRead
from app.residents.service import link_card
from app.web.api.desk import as_desk
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.own_cards import LONGEST_TOKEN
from app.web.pages.support.account import show_account
from app.web.pages.support.looking import read_visit
from app.web.pages.support.residents import RESIDENTS, show_search
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

NUMBER_REPLACED = mark("The old member number has stopped. Print the new card below.")
LINKED = mark("The pass is linked. It counts from now on.")
CONFIRMED = mark("The card is confirmed. It counts from now on.")
HANDED_OVER = mark("Noted: the person has been told everything that waited.")
ANSWERED = mark("Their answer is kept.")


@router.post(f"{RESIDENTS}/replace-number")
def replace_number(request: Request, form: SentForm) -> Response:
    """The card was lost: its number stops at once."""

    def act(session: Session, found: ResidentRead, call: Call) -> None:
        replace_member_number(session, resident=found, keys=call.runtime.card_keys, now=call.now)

    return _act(request, form, "replace_number", act, said=NUMBER_REPLACED)


@router.post(f"{RESIDENTS}/link")
def link_pass(request: Request, form: SentForm) -> Response:
    """Seen in the person's hand, which proves it theirs."""

    def act(session: Session, found: ResidentRead, call: Call) -> None:
        link_card(
            session,
            resident_id=found.id,
            subject=_read_subject(form),
            source_id=None,
            keys=call.runtime.card_keys,
            enrolled_at=call.now,
        )

    return _act(request, form, "link_card", act, said=LINKED, href="#number")


@router.post(f"{RESIDENTS}/confirm")
def confirm_card(request: Request, form: SentForm) -> Response:
    """The resident claimed a card, and it lies here now."""
    claim = parse_public_id("crd", form.one("claim"))

    def act(session: Session, found: ResidentRead, call: Call) -> None:
        if claim is None:
            raise ClaimUnknown
        holder = confirm_claim(
            session,
            claim=claim,
            subject=_read_subject(form),
            source_id=None,
            proof="desk",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        if holder != found.id:
            raise ClaimUnknown

    return _act(request, form, "link_card", act, said=CONFIRMED, href="#cards")


@router.post(f"{RESIDENTS}/handed-over")
def hand_over(request: Request, form: SentForm) -> Response:
    def act(session: Session, found: ResidentRead, call: Call) -> None:
        note_handed_over(session, resident_id=found.id, now=call.now)

    return _act(request, form, "hand_over", act, said=HANDED_OVER)


@router.post(f"{RESIDENTS}/answer")
def answer(request: Request, form: SentForm) -> Response:
    """Whether they got what a voucher was for, as they say at the desk."""
    asked, got = parse_public_id("cbk", form.one("callback")), form.one("got")

    def act(session: Session, found: ResidentRead, call: Call) -> None:
        if asked is None or got not in {"yes", "no"}:
            raise CallbackUnknown
        answer_callback(session, resident_id=found.id, callback=asked, got=got == "yes", told="desk", now=call.now)

    return _act(request, form, "answer_callback", act, said=ANSWERED)


def _act(
    request: Request,
    form: WholeForm,
    name: str,
    serve: Callable[[Session, ResidentRead, Call], None],
    *,
    said: str,
    href: str = "#main-content",
) -> Response:
    """Keep who does what and why, do it, and show the account; after a refusal, with the refusal."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    try:
        visit = read_visit(form)
    except Invalid as refusal:
        return show_search(request, call, form=form, refusal=refusal)

    def run(session: Session, officer: OfficerRead) -> None:
        desk, keys = visit.at(officer), call.runtime.card_keys
        found = look_up_resident(session, desk=desk, reference=visit.reference, act=name, keys=keys, now=call.now)
        serve(session, found, call)

    try:
        call.run(as_desk, run)
    except (ResidentUnknown, MemberUnknown, MemberNumberMalformed) as refusal:
        return show_search(request, call, form=form, refusal=refusal)
    except (Invalid, Conflict, NotFound) as refusal:
        status = status_of(type(refusal))
        return show_account(request, call, visit, problem=str(refusal), href=href, status=status)
    return show_account(request, call, visit, said=said)


def _read_subject(form: WholeForm) -> str:
    return f"card:{''.join(form.one('number').split())[:LONGEST_TOKEN]}"
