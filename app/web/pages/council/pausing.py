"""The switch that pauses earning or getting rewards for everybody: chosen and worded first, confirmed then."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid, NotFound
from app.identity.queries import OfficerRead
from app.rights.resuming import end_pause
from app.rulebook.pauses import LONGEST_NOTICE, Paused, find_running_pauses, pause_scheme
from app.web.api.pauses import as_pauser, note_pause, read_pause_id
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

PAGE = "/officer/pause"
NOTHING_CHOSEN = mark("Choose what to pause")
NO_NOTICE = mark("Write what everybody reads, in at most 500 characters")


@router.get(PAGE)
def show_switch(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER))


@router.post(PAGE)
def pause(request: Request, form: SentForm) -> Response:
    """Asks once more first, with what it does and what everybody will read; sent again with `sure` it pauses."""
    call = sign_in_again(request, Role.OFFICER, as_pauser)
    check_form(request, form.one("csrf"))
    faults = _find_faults(form)
    if faults or form.one("change"):
        return _show(request, call, faults=faults, form=form, status=422 if faults else 200)
    if form.one("sure") != "yes":
        return render(request, "council/pause_sure.html", what=form.one("what"), notice=form.one("notice"))

    def serve(session: Session, officer: OfficerRead) -> None:
        what, notice = Paused(form.one("what")), form.one("notice")
        made = pause_scheme(session, what=what, notice=notice, officer_id=officer.id, now=call.now)
        note_pause(session, officer, made, now=call.now)

    try:
        call.run(as_pauser, serve)
    except (Conflict, Invalid) as refusal:
        return _show(request, call, faults={"notice": str(refusal)}, form=form, status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done=paused", status_code=303)


@router.post(PAGE + "/end")
def resume(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))

    def serve(session: Session, officer: OfficerRead) -> None:
        wanted = read_pause_id(form.one("id"))
        note_pause(
            session, officer, end_pause(session, pause=wanted, officer_id=officer.id, now=call.now), now=call.now
        )

    try:
        call.run(as_pauser, serve)
    except (Conflict, NotFound) as refusal:
        return _show(request, call, faults={"": str(refusal)}, status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done=resumed", status_code=303)


def _find_faults(form: WholeForm) -> dict[str, str]:
    faults = {}
    if form.one("what") not in set(Paused):
        faults["what"] = NOTHING_CHOSEN
    if not 0 < len(form.one("notice")) <= LONGEST_NOTICE:
        faults["notice"] = NO_NOTICE
    return faults


def _show(
    request: Request,
    call: Call,
    *,
    faults: Mapping[str, str] | None = None,
    form: WholeForm | None = None,
    status: int = 200,
) -> Response:
    running = call.run(as_pauser, lambda session, _: find_running_pauses(session))
    return render(
        request,
        "council/pause.html",
        status=status,
        running=running,
        free=[one.value for one in Paused if one not in {pause.what for pause in running}],
        faults=faults or {},
        values=form.as_sent() if form else {},
    )
