"""Travel cards of a resident, those that wait for their proof, and the card to print for where there is no phone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.core.ids import parse_public_id, public_id
from app.earning.freshness import list_freshness
from app.redemption.qr import draw_qr
from app.residents.claim_errors import CardUnknown
from app.residents.claims import claim_card, list_cards, remove_card
from app.residents.members import PREFIX, give_member_number, write_member_number
from app.residents.noting import note_change
from app.residents.queries import ResidentRead
from app.web.callers import Call, as_resident
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.problems import status_of

CARDS = "/you/cards"
LONGEST_TOKEN = 120
CARD_TITLE = "QR code of your member number"

router = APIRouter(include_in_schema=False)


@router.get(CARDS)
def cards(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.RESIDENT))


@router.post(CARDS)
def claim(
    request: Request,
    number: Annotated[str, Form()] = "",
    source: Annotated[str, Form()] = "",
    proof: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """It counts for nothing until it is proved; whether it stands for somebody else is told to nobody."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    subject = f"card:{''.join(number.split())[:LONGEST_TOKEN]}"
    try:
        call.run(
            as_resident,
            lambda session, me: claim_card(
                session,
                resident=me,
                subject=subject,
                source=source or None,
                micro_check=proof == "micro_check",
                keys=call.runtime.card_keys,
                now=call.now,
            ),
        )
    except (Invalid, Conflict) as refusal:
        return _show(request, call, status=status_of(type(refusal)), problem=str(refusal))
    return RedirectResponse(f"{CARDS}?done=card", status_code=303)


@router.post("/you/cards/{card}/remove")
def remove(request: Request, card: str, csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    wanted = parse_public_id("crd", card)
    if wanted is None:
        raise CardUnknown

    def serve(session: Session, me: ResidentRead) -> None:
        remove_card(session, resident_id=me.id, card=wanted, now=call.now)
        facts = {"card": public_id("crd", wanted)}
        note_change(session, resident=me, act="person.card_removed", facts=facts, now=call.now)

    call.run(as_resident, serve)
    return RedirectResponse(f"{CARDS}?done=card_removed", status_code=303)


@router.get("/you/member-card")
def member_card(request: Request) -> Response:
    """To print and keep in a purse; it signs nobody in."""
    call = sign_in_again(request, Role.RESIDENT)
    number = call.run(
        as_resident,
        lambda session, me: give_member_number(session, resident=me, keys=call.runtime.card_keys),
    )
    qr = draw_qr(PREFIX + number, title=CARD_TITLE)
    return render(request, "own/member_card.html", number=write_member_number(number), qr=qr)


def _show(request: Request, call: Call, *, status: int = 200, problem: str | None = None) -> Response:
    keys = call.runtime.card_keys
    held, sources = call.run(
        as_resident,
        lambda session, me: (
            list_cards(session, resident_id=me.id, keys=keys, now=call.now),
            list_freshness(session, now=call.now),
        ),
    )
    return render(request, "own/cards.html", status=status, cards=held, sources=sources, problem=problem)
