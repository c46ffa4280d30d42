"""The queue of flagged events and partners: the evidence, and a person's decision with its reason."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.earning.review.cases import list_cases
from app.earning.review.deciding import decide_case
from app.identity.permissions import REVIEW_READERS, REVIEWERS
from app.identity.queries import OfficerRead
from app.web.api.purposes import LONGEST_NOTE
from app.web.api.review import as_reviewer, present_case, read_case_id
from app.web.callers import Call, as_officer_with
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm

router = APIRouter(include_in_schema=False)

PAGE = "/officer/review"
NO_REASON = mark("Say why, in a sentence that the resident can read")
NO_DECISION = mark("Choose whether it counts")


@router.get(PAGE)
def show_queue(request: Request, after: str | None = None) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), after=after)


@router.post(PAGE)
def decide(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    case, decision, reason = form.one("case"), form.one("decision"), form.one("reason")
    wrong = None
    if decision not in ("release", "refuse"):
        wrong = NO_DECISION
    elif not 0 < len(reason) <= LONGEST_NOTE:
        wrong = NO_REASON
    if wrong is not None:
        return _show(request, call, wrong=wrong, of=case, reason=reason, status=422)
    wanted = read_case_id(case)

    def serve(session: Session, officer: OfficerRead) -> None:
        decide_case(session, case=wanted, decision=decision, reason=reason, officer=officer, now=call.now)

    try:
        call.run(as_reviewer, serve)
    except Conflict as refusal:
        return _show(request, call, wrong=str(refusal), of=case, reason=reason, status=409)
    return RedirectResponse(PAGE, status_code=303)


def _show(
    request: Request,
    call: Call,
    *,
    after: str | None = None,
    wrong: str | None = None,
    of: str = "",
    reason: str = "",
    status: int = 200,
) -> Response:
    page, roles = call.run(
        as_officer_with(*REVIEW_READERS),
        lambda session, officer: (list_cases(session, waiting=True, after=after, limit=20), officer.roles),
    )
    return render(
        request,
        "council_review.html",
        status=status,
        cases=[present_case(case, call.now) for case in page.items],
        after=page.after,
        may_decide=not roles.isdisjoint(REVIEWERS),
        wrong=wrong,
        of=of,
        reason=reason,
    )
