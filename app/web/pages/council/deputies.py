"""Naming somebody who approves in one's place for a time, and ending that."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, NotFound
from app.core.ids import parse_public_id
from app.identity.queries import OfficerRead
from app.rulebook.drafting.deputies import MOST_DAYS, end_deputy, name_deputy
from app.rulebook.drafting.deputy_errors import DeputySpanUnfit, DeputyUnfit, DeputyUnknown
from app.web.api.deputies import as_approver, as_ender
from app.web.languages import mark
from app.web.pages.council.people import PAGE, show
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

NOBODY = mark("Choose another officer")
NO_FIRST_DAY = mark("Enter the first day")
NO_LAST_DAY = mark("Enter the last day")
SPAN = mark("Choose a first day from today on, and a last day at most a year later")


@router.post(PAGE + "/deputies")
def name(request: Request, form: SentForm) -> Response:
    """Until the end of the last day that was chosen."""
    call = sign_in_again(request, Role.OFFICER, as_approver)
    check_form(request, form.one("csrf"))
    first_on, last_on = _read_date(form.one("first_on")), _read_date(form.one("last_on"))
    faults = {
        "deputy": "" if form.one("deputy") else NOBODY,
        "first_on": "" if first_on else NO_FIRST_DAY,
        "last_on": "" if last_on else NO_LAST_DAY,
    }
    faults = {field: said for field, said in faults.items() if said}
    if first_on is None or last_on is None or faults:
        return show(request, call, faults=faults, values=form.as_sent(), status=422)
    from_on, until_on = first_on, last_on + timedelta(days=1)

    def serve(session: Session, officer: OfficerRead) -> None:
        deputy = form.one("deputy")
        name_deputy(session, approver=officer, deputy=deputy, from_on=from_on, until_on=until_on, now=call.now)

    try:
        call.run(as_approver, serve)
    except (DeputyUnfit, DeputySpanUnfit) as refusal:
        fault = {"deputy": NOBODY} if isinstance(refusal, DeputyUnfit) else {"first_on": SPAN}
        return show(request, call, faults=fault, values=form.as_sent(), status=422)
    return RedirectResponse(f"{PAGE}?done=deputy", status_code=303)


@router.post(PAGE + "/deputies/end")
def end(request: Request, form: SentForm) -> Response:
    """By the approver who named them, or by an administrator."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))

    def serve(session: Session, officer: OfficerRead) -> None:
        deputy = parse_public_id("dep", form.one("id"))
        if deputy is None:
            raise DeputyUnknown
        own = None if "admin" in officer.roles else officer.id
        end_deputy(session, deputy=deputy, approver_id=own, officer=officer, now=call.now)

    try:
        call.run(as_ender, serve)
    except (Conflict, NotFound) as refusal:
        return show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done=deputy_ended", status_code=303)


def _read_date(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    # The calendar ends somewhere; nobody stands in so late.
    return found if found < date.max - timedelta(days=MOST_DAYS) else None
