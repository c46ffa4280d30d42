"""The queue of flagged events and partners: the evidence, and a person's decision with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response, StreamingResponse

from app.audit import note_looks
from app.core.paging import Page
from app.earning.review.cases import CaseRead, find_newest_case, get_case, list_cases
from app.earning.review.deciding import decide_case
from app.earning.review.errors import CaseDecided
from app.identity.permissions import REVIEW_READERS, REVIEWERS
from app.identity.queries import OfficerRead
from app.web.api.purposes import LONGEST_NOTE
from app.web.api.review import CaseShape, as_reviewer, present_case, read_case_id
from app.web.callers import Call, as_officer_with
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.streams import MEDIA_TYPE, follow

router = APIRouter(include_in_schema=False)

PAGE = "/officer/review"
NO_REASON = mark("Say why, in a sentence that the resident can read")
NO_DECISION = mark("Choose whether it counts")
as_looker = as_officer_with(*REVIEW_READERS)


@dataclass(frozen=True)
class _Told:
    """What came back instead of a decision: about the case `of`, with the reason that was written.

    `decided` is the case, where another officer was faster.
    """

    status: int
    of: str = ""
    reason: str = ""
    wrong: str | None = None
    decided: CaseShape | None = None


@router.get(PAGE)
def show_queue(request: Request, after: str | None = None) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), _Told(200), after=after)


@router.get(PAGE + "/stream")
def follow_queue(request: Request) -> Response:
    """Which case is the newest, whenever that changes."""
    call = sign_in_again(request, Role.OFFICER)
    first = call.run(as_looker, lambda session, _: _tell(session))
    told = follow(call, event="changed", first=first, look=lambda session, _: _tell(session))
    return StreamingResponse(told, media_type=MEDIA_TYPE)


@router.post(PAGE)
def decide(request: Request, form: SentForm) -> Response:
    """Of two officers at one case the second is told what the first decided, and keeps what they wrote."""
    call = sign_in_again(request, Role.OFFICER, as_reviewer)
    check_form(request, form.one("csrf"))
    of, decision, reason = form.one("case"), form.one("decision"), form.one("reason")
    if decision not in ("release", "refuse"):
        return _show(request, call, _Told(422, of, reason, wrong=NO_DECISION))
    if not 0 < len(reason) <= LONGEST_NOTE:
        return _show(request, call, _Told(422, of, reason, wrong=NO_REASON))
    wanted = read_case_id(of)

    def serve(session: Session, officer: OfficerRead) -> None:
        decide_case(session, case=wanted, decision=decision, reason=reason, officer=officer, now=call.now)

    try:
        call.run(as_reviewer, serve)
    except CaseDecided:
        case = call.run(as_reviewer, lambda session, _: get_case(session, case=wanted))
        return _show(request, call, _Told(409, of, reason, decided=present_case(case, call.now)))
    return RedirectResponse(f"{PAGE}?done=decided", status_code=303)


def _tell(session: Session) -> bytes:
    return str(find_newest_case(session) or "").encode()


def _show(request: Request, call: Call, told: _Told, *, after: str | None = None) -> Response:
    """The look is written down for each resident."""

    def find(session: Session, officer: OfficerRead) -> tuple[Page[CaseRead], OfficerRead, bytes]:
        newest, page = _tell(session), list_cases(session, waiting=True, after=after, limit=20)
        people = [one.resident for one in page.items if one.resident is not None]
        note_looks(session, actor=officer.actor, people=people, what="flagged events", now=call.now)
        return page, officer, newest

    page, officer, newest = call.run(as_looker, find)
    return render(
        request,
        "council_review.html",
        status=told.status,
        cases=[present_case(case, call.now) for case in page.items],
        after=page.after,
        may_decide=not officer.roles.isdisjoint(REVIEWERS),
        told=told,
        known=newest.decode(),
        now=call.now,
    )
