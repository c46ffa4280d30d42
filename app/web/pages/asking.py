"""Asking a person: to look again at something, about what has not arrived, and complaints."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict, Invalid, NotFound
from app.earning.freshness import list_freshness
from app.earning.missing import list_missing, report_missing
from app.earning.review.cases import list_own_cases
from app.rights.appeals import list_own_appeals, make_appeal
from app.rights.complaints import list_own_complaints, make_complaint
from app.web.callers import Call, as_resident
from app.web.languages import mark
from app.web.pages.own_words import LONGEST_NOTE, WordsUnfit, read_words
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import drop_nulls
from app.web.problems import status_of

ASKED = "/you/asked"
MISSING = "/you/missing"
COMPLAIN = "/you/complain"
AGAIN = "/you/activity/again"
MOST_SHOWN = 50
TOO_LONG = mark("Write at most 4,000 characters")
KINDS = {
    "transit.trip": mark("A bus, tram or train trip"),
    "cycle.trip": mark("A bike ride"),
    "volunteer.session": mark("A volunteering session"),
    "litter.pick": mark("A litter pick"),
    "checkin.scan": mark("A check-in"),
}
"""What most people miss; anything else is a matter for the help desk."""

router = APIRouter(include_in_schema=False)


@router.get(ASKED)
def asked(request: Request) -> Response:
    """Everything of the resident's own that a person looks at, and how it stands."""
    call = sign_in_again(request, Role.RESIDENT)
    appeals, missing, complaints, cases = call.run(
        as_resident,
        lambda session, me: (
            list_own_appeals(session, resident_id=me.id),
            list_missing(session, resident_id=me.id, after=None, limit=MOST_SHOWN).items,
            list_own_complaints(session, resident_id=me.id),
            list_own_cases(session, resident_id=me.id, after=None, limit=MOST_SHOWN).items,
        ),
    )
    return render(request, "asked.html", appeals=appeals, missing=missing, complaints=complaints, cases=cases)


@router.get(AGAIN)
def ask_again(request: Request, source: str = "", id: str = "") -> Response:  # noqa: A002 - the name in the address
    sign_in_again(request, Role.RESIDENT, as_resident)
    return render(request, "again.html", source=source, event=id, words="", problem=None)


@router.post(AGAIN)
def appeal(
    request: Request,
    source: Annotated[str, Form()] = "",
    event: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    try:
        said = read_words(words, missing=mark("Write why you think that this is wrong"), too_long=TOO_LONG)
        call.run(
            as_resident,
            lambda session, me: make_appeal(
                session,
                resident_id=me.id,
                source=drop_nulls(source),
                event_id=drop_nulls(event),
                words=said,
                now=call.now,
            ),
        )
    except (Invalid, Conflict) as refusal:
        status, problem = status_of(type(refusal)), str(refusal)
        return render(
            request, "again.html", status=status, source=source, event=event, words=words[:5000], problem=problem
        )
    return RedirectResponse(f"{ASKED}?done=appeal", status_code=303)


@router.get(MISSING)
def ask_missing(request: Request) -> Response:
    return _show_missing(request, sign_in_again(request, Role.RESIDENT))


@router.post(MISSING)
def tell_missing(
    request: Request,
    kind: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    settings = call.runtime.settings
    try:
        on = _read_day(day)
        said = note.strip() and read_words(note.replace("\n", " "), missing="", too_long=TOO_LONG, most=LONGEST_NOTE)
        call.run(
            as_resident,
            lambda session, me: report_missing(
                session,
                resident_id=me.id,
                source=None,
                type_name=kind if kind in KINDS else "",
                on=on,
                note=said or None,
                late_window=timedelta(days=settings.late_window_days),
                now=call.now,
            ),
        )
    except (Invalid, Conflict, NotFound) as refusal:
        return _show_missing(request, call, status=status_of(type(refusal)), problem=str(refusal), kind=kind, day=day)
    return RedirectResponse(f"{ASKED}?done=missing", status_code=303)


@router.get(COMPLAIN)
def ask_complaint(request: Request) -> Response:
    sign_in_again(request, Role.RESIDENT, as_resident)
    return render(request, "complain.html", words="", problem=None)


@router.post(COMPLAIN)
def complain(request: Request, words: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    try:
        said = read_words(words, missing=mark("Write what is wrong"), too_long=TOO_LONG)
        call.run(as_resident, lambda session, me: make_complaint(session, resident_id=me.id, words=said, now=call.now))
    except Invalid as refusal:
        status = status_of(type(refusal))
        return render(request, "complain.html", status=status, words=words[:5000], problem=str(refusal))
    return RedirectResponse(f"{ASKED}?done=complaint", status_code=303)


def _read_day(written: str) -> date:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise WordsUnfit(mark("Choose the day on which it happened"), most=10) from None


def _show_missing(
    request: Request, call: Call, *, status: int = 200, problem: str | None = None, kind: str = "", day: str = ""
) -> Response:
    sources = call.run(as_resident, lambda session, _: list_freshness(session, now=call.now))
    today = london_date(call.now)
    first = today - timedelta(days=call.runtime.settings.late_window_days)
    return render(
        request,
        "missing.html",
        status=status,
        sources=sources,
        problem=problem,
        kinds=KINDS,
        kind=kind,
        day=day,
        today=today,
        first=first,
    )
