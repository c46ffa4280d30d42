"""Appeals and complaints: what residents ask a person to look at, with their clock, and the answers they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.audit import note_looks
from app.core.errors import Conflict, Invalid, NotAllowed
from app.core.ids import parse_public_id
from app.identity.permissions import COMPLAINT_ANSWERERS
from app.identity.queries import OfficerRead
from app.rights.appeal_errors import AppealUnknown
from app.rights.appeals import decide_appeal, find_newest_appeal, list_appeals
from app.rights.complaints import acknowledge_complaint, answer_complaint, find_newest_complaint, list_complaints
from app.rights.errors import ComplaintUnknown
from app.web.api.complaints import as_answerer, as_looker
from app.web.api.purposes import LONGEST_NOTE
from app.web.callers import Call
from app.web.faults import PathUnknown
from app.web.languages import mark
from app.web.pages.own_words import LONGEST_WORDS, read_words
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of
from app.web.streams import MEDIA_TYPE, follow
from rules.catalogue import EVENT_TYPES

router = APIRouter(include_in_schema=False)

PAGE = "/officer/appeals"
MOST_SHOWN = 30
NO_REASON = mark("Say why, in a sentence that the resident can read")
LONG_REASON = mark("Say why in at most 500 characters")
NO_ANSWER = mark("Write what you found, and what becomes of it")
LONG_ANSWER = mark("Write at most 4,000 characters")
DECISIONS: Mapping[str, Literal["stands", "changed"]] = {"stands": "stands", "changed": "changed"}


class DecisionNotSaid(Invalid):
    """The form came without a decision."""

    code = "decision-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Choose whether it stays as it was"))


@router.get(PAGE)
def show_appeals(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER))


@router.get(PAGE + "/stream")
def follow_appeals(request: Request) -> Response:
    """Which are the newest, whenever that changes."""
    call = sign_in_again(request, Role.OFFICER)
    first = call.run(as_looker, lambda session, _: _tell(session))
    told = follow(call, event="changed", first=first, look=lambda session, _: _tell(session))
    return StreamingResponse(told, media_type=MEDIA_TYPE)


@router.post(PAGE + "/{act}")
def act_on(request: Request, act: str, form: SentForm) -> Response:
    """One of ACTS, about `id`. A refusal is told on the page, with what was written."""
    call = sign_in_again(request, Role.OFFICER, as_answerer)
    check_form(request, form.one("csrf"))
    do = ACTS.get(act)
    if do is None:
        raise PathUnknown
    try:
        done = do(call, form)
    except (Conflict, Invalid, NotAllowed) as refusal:
        return _show(request, call, form=form, wrong=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done={done}", status_code=303)


def _decide(call: Call, form: WholeForm) -> str:
    appeal, decision = parse_public_id("apl", form.one("id")), DECISIONS.get(form.one("decision"))
    if appeal is None:
        raise AppealUnknown
    if decision is None:
        raise DecisionNotSaid
    reason = read_words(form.one("words"), missing=NO_REASON, too_long=LONG_REASON, most=LONGEST_NOTE)

    def serve(session: Session, officer: OfficerRead) -> None:
        decide_appeal(session, appeal=appeal, decision=decision, reason=reason, officer=officer, now=call.now)

    call.run(as_answerer, serve)
    return "decided"


def _acknowledge(call: Call, form: WholeForm) -> str:
    complaint = _read_complaint(form)
    call.run(
        as_answerer,
        lambda session, officer: acknowledge_complaint(session, complaint=complaint, officer=officer, now=call.now),
    )
    return "acknowledged"


def _answer(call: Call, form: WholeForm) -> str:
    complaint = _read_complaint(form)
    answer = read_words(form.one("words"), missing=NO_ANSWER, too_long=LONG_ANSWER, most=LONGEST_WORDS)

    def serve(session: Session, officer: OfficerRead) -> None:
        answer_complaint(session, complaint=complaint, answer=answer, officer=officer, now=call.now)

    call.run(as_answerer, serve)
    return "answered"


ACTS: Mapping[str, Callable[[Call, WholeForm], str]] = {
    "decide": _decide,
    "acknowledge": _acknowledge,
    "answer": _answer,
}


def _read_complaint(form: WholeForm) -> UUID:
    complaint = parse_public_id("cpl", form.one("id"))
    if complaint is None:
        raise ComplaintUnknown
    return complaint


def _tell(session: Session) -> bytes:
    return f"{find_newest_appeal(session)} {find_newest_complaint(session)}".encode()


def _show(
    request: Request, call: Call, *, form: WholeForm | None = None, wrong: str = "", status: int = 200
) -> Response:
    """The look is written down for each resident."""

    def find(session: Session, officer: OfficerRead) -> dict[str, object]:
        known = _tell(session).decode()
        appeals = list_appeals(session, decided=False, after=None, limit=MOST_SHOWN)
        complaints = list_complaints(session, answered=False, after=None, limit=MOST_SHOWN)
        for what, people in (("appeals", appeals.items), ("complaints", complaints.items)):
            seen = [one.resident for one in people]
            note_looks(session, actor=officer.actor, people=seen, what=what, now=call.now)
        may_answer = not officer.roles.isdisjoint(COMPLAINT_ANSWERERS)
        return {"appeals": appeals, "complaints": complaints, "known": known, "may_answer": may_answer}

    return render(
        request,
        "council/appeals.html",
        status=status,
        wrong=wrong,
        of=form.one("id") if form else "",
        values=form.as_sent() if form else {},
        titles={name: kind.title for name, kind in EVENT_TYPES.items()},
        now=call.now,
        **call.run(as_looker, find),
    )
