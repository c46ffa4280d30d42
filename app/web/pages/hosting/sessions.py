"""A host's sessions: the list of them, and opening one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.clock import LONDON, london_date
from app.core.errors import Conflict, Invalid
from app.core.ids import public_id
from app.hosting.errors import SessionUnfit
from app.hosting.kinds import SCANNED
from app.hosting.queries import list_event_types
from app.hosting.session_queries import list_sessions
from app.hosting.sessions import LONGEST_TITLE, open_session
from app.web.callers import Call, as_host
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of
from rules.catalogue import EVENT_TYPES

HOST = "/host"
OPEN = "/host/open"
FIELDS = {"starts_at": "day", "ends_at": "until", "event_type": "kind"}
"""Which field of the form asks for what the service calls otherwise."""

router = APIRouter(include_in_schema=False)


@router.get(HOST)
def show_sessions(request: Request, after: str | None = None) -> Response:
    call = sign_in_again(request, Role.HOST)
    host, page = call.run(
        as_host,
        lambda session, host: (
            host,
            list_sessions(session, organisation_id=host.organisation_id, after=after, limit=30),
        ),
    )
    kinds = {kind.name: kind.title for kind in EVENT_TYPES.values()}
    return render(request, "host/sessions.html", host=host, page=page, kinds=kinds, now=call.now)


@router.get(OPEN)
def ask(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.HOST))


@router.post(OPEN)
def open_one(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.HOST)
    check_form(request, form.one("csrf"))
    faults, day, from_time, until = _read_times(form)
    if faults or day is None or from_time is None or until is None:
        return _show(request, call, form=form, faults=faults, status=422)
    window = timedelta(days=call.runtime.settings.late_window_days)
    kind, place = form.one("kind"), form.one("place")
    try:
        made = call.run(
            as_host,
            lambda session, host: open_session(
                session,
                host=host,
                event_type=kind,
                title=form.one("title"),
                place=place.replace(" ", "-") or None,
                starts_at=datetime.combine(day, from_time, LONDON),
                ends_at=datetime.combine(day, until, LONDON),
                late_window=window,
                now=call.now,
            ),
        )
    except (Invalid, Conflict) as refusal:
        where = refusal.where if isinstance(refusal, SessionUnfit) else "title"
        faults = {FIELDS.get(where, where): _say(refusal, kind)}
        return _show(request, call, form=form, faults=faults, status=status_of(type(refusal)))
    return RedirectResponse(f"{HOST}/sessions/{public_id('ses', made.uuid)}?done=opened", status_code=303)


def _say(refusal: Invalid | Conflict, kind: str) -> str:
    """A list of names for machines is no advice to a person who has a list to choose from."""
    if isinstance(refusal, SessionUnfit) and refusal.where == "event_type":
        return mark("Choose what you do there")
    if isinstance(refusal, SessionUnfit) and refusal.where == "place" and kind in SCANNED:
        return mark("Enter the place as one short name, such as Headingley-library")
    return str(refusal)


def _read_times(form: WholeForm) -> tuple[dict[str, str], date | None, time | None, time | None]:
    """What is missing, by field, and the day with its times as they are told in Leeds."""
    wanted = {"kind": mark("Choose what you do there"), "title": mark("Enter what it is called")}
    faults, day, times = {name: said for name, said in wanted.items() if not form.one(name)}, None, list[time | None]()
    try:
        day = date.fromisoformat(form.one("day"))
    except ValueError:
        faults["day"] = mark("Choose the day")
    for name, missing in (("from", mark("Enter when it starts")), ("until", mark("Enter when it ends"))):
        try:
            times.append(time.fromisoformat(form.one(name)).replace(tzinfo=None))
        except ValueError:
            times.append(None)
            faults[name] = missing
    return faults, day, times[0], times[1]


def _show(
    request: Request,
    call: Call,
    *,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    names = call.run(as_host, lambda session, host: list_event_types(session, organisation_id=host.organisation_id))
    return render(
        request,
        "host/open.html",
        status=status,
        kinds=[EVENT_TYPES[name] for name in names],
        scanned=SCANNED,
        sent=form.as_sent() if form else {"day": london_date(call.now).isoformat()},
        faults=faults or {},
        longest=LONGEST_TITLE,
        window_days=call.runtime.settings.late_window_days,
    )
