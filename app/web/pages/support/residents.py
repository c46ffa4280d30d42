"""Finding somebody by their reference, for a purpose: there is no list of people to browse."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Invalid, NotFound
from app.earning.explanation import EventExplanation
from app.identity.queries import OfficerRead
from app.residents.desk import look_up_resident
from app.web.api.desk import as_desk
from app.web.callers import Call
from app.web.pages.rendering import render
from app.web.pages.resident import explain_own
from app.web.pages.support.account import show_account
from app.web.pages.support.looking import PURPOSES, PurposeNotSaid, read_visit
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of
from rules.catalogue import EVENT_TYPES

RESIDENTS = "/officer/residents"

router = APIRouter(include_in_schema=False)


@router.get(RESIDENTS)
def ask(request: Request) -> Response:
    return show_search(request, sign_in_again(request, Role.OFFICER))


@router.post(RESIDENTS)
def look(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    try:
        return show_account(request, call, read_visit(form), after=form.one("after") or None)
    except (Invalid, NotFound) as refusal:
        return show_search(request, call, form=form, refusal=refusal)


@router.post(f"{RESIDENTS}/why")
def why(request: Request, form: SentForm) -> Response:
    """Why an event earned what it earned, in the words that the resident reads. A look of its own."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    try:
        visit = read_visit(form)
    except Invalid as refusal:
        return show_search(request, call, form=form, refusal=refusal)

    def look_at(session: Session, officer: OfficerRead) -> EventExplanation:
        desk, keys = visit.at(officer), call.runtime.card_keys
        found = look_up_resident(session, desk=desk, reference=visit.reference, act="why", keys=keys, now=call.now)
        return explain_own(session, found, source=form.one("source"), external_id=form.one("event"))

    explained = call.run(as_desk, look_at)
    return render(
        request,
        "support/why.html",
        event=explained.event,
        title=EVENT_TYPES[explained.event.type].title,
        headline=explained.sentences[0] if explained.sentences else "",
        rules=[(rule.sentence, rule.got > 0) for rule in (explained.trace.rules if explained.trace else ())],
        visit=visit,
    )


def show_search(
    request: Request, call: Call, *, form: WholeForm | None = None, refusal: Invalid | NotFound | None = None
) -> Response:
    """The question for whom and why, with what was entered and what is wrong with it."""
    call.run(as_desk, lambda _, officer: officer)
    faults: Mapping[str, str] = {}
    if refusal is not None:
        faults = {"purpose" if isinstance(refusal, PurposeNotSaid) else "reference": str(refusal)}
    return render(
        request,
        "support/search.html",
        status=status_of(type(refusal)) if refusal is not None else 200,
        purposes=PURPOSES,
        sent=form.as_sent() if form else {},
        faults=faults,
    )
