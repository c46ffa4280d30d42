"""What is for a resident to say: consents, and thanks without points."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.residents.consents import list_consents, say_consent
from app.residents.noting import note_change
from app.residents.purposes import PURPOSES
from app.residents.queries import ResidentRead
from app.residents.thanks import KINDS, decline_points, list_declined
from app.web.callers import as_resident
from app.web.languages import mark
from app.web.pages.own_account import ACCOUNT
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again

CHOICES = "/you/choices"
KIND_NAMES = {
    "volunteering": mark("Volunteering and litter picking"),
    "travel": mark("Buses, trains, bikes and parking"),
    "health": mark("Walking and health sessions"),
    "home": mark("Home energy and safety"),
    "recycling": mark("Recycling"),
    "visits": mark("Checking in at places"),
    "having_a_say": mark("Having a say in consultations"),
    "inviting": mark("Inviting others"),
}
BASES = {
    "public_task": mark("Part of the council's public task"),
    "legal_obligation": mark("The law asks us to"),
}

router = APIRouter(include_in_schema=False)


@router.get(CHOICES)
def choices(request: Request) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    consents, declined = call.run(
        as_resident,
        lambda session, me: (
            list_consents(session, resident_id=me.id),
            list_declined(session, resident_id=me.id),
        ),
    )
    return render(request, "own/choices.html", consents=consents, declined=declined, kinds=KIND_NAMES, bases=BASES)


@router.post(CHOICES)
def choose(
    request: Request,
    consent: Annotated[list[str] | None, Form()] = None,
    declined: Annotated[list[str] | None, Form()] = None,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Boxes that are ticked are yes, those that are not are no."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)

    def serve(session: Session, me: ResidentRead) -> None:
        for purpose in PURPOSES.values():
            if purpose.asks:
                given = purpose.key in (consent or ())
                say_consent(session, resident=me, purpose=purpose.key, given=given, now=call.now)
        decline_points(session, resident_id=me.id, kinds={kind for kind in KINDS if kind in (declined or ())})
        note_change(session, resident=me, act="person.changed", facts={"what": "thanks"}, now=call.now)

    call.run(as_resident, serve)
    return RedirectResponse(f"{ACCOUNT}?done=choices", status_code=303)
