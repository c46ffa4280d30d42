"""About which campaigns a resident wants messages: none, until they say so here."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.residents.noting import note_change
from app.residents.queries import ResidentRead
from app.rulebook.messages.choices import list_choices, say_choice
from app.web.callers import as_resident
from app.web.pages.own_account import ACCOUNT
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again

MESSAGES: Final = "/you/messages"

router = APIRouter(include_in_schema=False)


@router.get(MESSAGES)
def show(request: Request) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    choices = call.run(as_resident, lambda session, me: list_choices(session, resident_id=me.id, now=call.now))
    return render(request, "own/campaigns.html", choices=choices)


@router.post(MESSAGES)
def choose(
    request: Request,
    campaign: Annotated[list[str] | None, Form()] = None,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Boxes that are ticked are yes, those that are not are no; only what changed is written down."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)

    def serve(session: Session, me: ResidentRead) -> None:
        for choice in list_choices(session, resident_id=me.id, now=call.now):
            given = choice.key in (campaign or ())
            if given is not choice.given:
                say_choice(session, resident_id=me.id, key=choice.key, given=given, now=call.now)
                note_change(session, resident=me, act="person.consent_changed", now=call.now)

    call.run(as_resident, serve)
    return RedirectResponse(f"{ACCOUNT}?done=choices", status_code=303)
