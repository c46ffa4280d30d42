"""Vouchers that somebody asked about: one officer proposes a refund, another approves it, either refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.core.units import Points
from app.identity.queries import OfficerRead
from app.redemption.disputes import approve_refund, propose_refund, refuse_refund
from app.web.api.dispute_deciding import as_decider
from app.web.api.dispute_orders import read_dispute_id
from app.web.callers import Call
from app.web.faults import ParameterInvalid, PathUnknown
from app.web.languages import mark
from app.web.pages.money.overview import MONEY, show_money
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm

router = APIRouter(include_in_schema=False)

LONGEST_NUMBER = 9


class PointsUnreadable(Invalid):
    """What was written is no number of points."""

    code = "points-unreadable"

    def __init__(self) -> None:
        super().__init__(mark("Write the points as a whole number, or leave it empty for all that are left."))


@router.post("/officer/money/refunds/{dispute}/{act}")
def act_on(request: Request, dispute: str, act: str, form: SentForm) -> Response:
    """One of ACTS."""
    call, wanted = sign_in_again(request, Role.OFFICER, as_decider), read_dispute_id(dispute)
    check_form(request, form.one("csrf"))
    do = ACTS.get(act)
    if do is None:
        raise PathUnknown
    try:
        do(call, wanted, form)
    except (Conflict, Invalid) as refusal:
        return show_money(request, call, refusal=refusal, about=dispute, form=form)
    return RedirectResponse(f"{MONEY}?done={act}#refunds", status_code=303)


def _propose(call: Call, dispute: UUID, form: WholeForm) -> None:
    written, answer = form.one("points").replace(",", ""), form.one("reason")
    if written and not (written.isascii() and written.isdigit() and len(written) <= LONGEST_NUMBER):
        raise PointsUnreadable
    points = Points(int(written)) if written else None

    def serve(session: Session, officer: OfficerRead) -> None:
        propose_refund(session, dispute=dispute, points=points, answer=answer, officer=officer, now=call.now)

    call.run(as_decider, serve)


def _approve(call: Call, dispute: UUID, form: WholeForm) -> None:
    """The points are those that stood on the page."""
    read = form.one("points")
    if not (read.isascii() and read.isdigit() and len(read) <= LONGEST_NUMBER):
        raise ParameterInvalid("points", "it is the number that stands on the page")

    def serve(session: Session, officer: OfficerRead) -> None:
        approve_refund(session, dispute=dispute, points=Points(int(read)), officer=officer, now=call.now)

    call.run(as_decider, serve)


def _refuse(call: Call, dispute: UUID, form: WholeForm) -> None:
    def serve(session: Session, officer: OfficerRead) -> None:
        refuse_refund(session, dispute=dispute, answer=form.one("reason"), officer=officer, now=call.now)

    call.run(as_decider, serve)


ACTS: Mapping[str, Callable[[Call, UUID, WholeForm], None]] = {
    "propose": _propose,
    "approve": _approve,
    "refuse": _refuse,
}
