"""A partner's people say that a voucher that they took should not have been; officers answer."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.identity.queries import StaffRead
from app.ledger.errors import ReasonUnfit
from app.redemption.disputes import ANSWERED_WITHIN, open_dispute
from app.redemption.queries import get_partner_redemption
from app.web.api.voucher_shapes import read_redemption_id
from app.web.callers import Call, as_partner_staff
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

ASK = "/partner/money/ask/{redemption}"


@router.get(ASK)
def show_question(request: Request, redemption: str) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER), read_redemption_id(redemption))


@router.post(ASK)
def ask(request: Request, redemption: str, form: SentForm) -> Response:
    call, wanted = sign_in_again(request, Role.PARTNER), read_redemption_id(redemption)
    check_form(request, form.one("csrf"))

    def serve(session: Session, staff: StaffRead) -> None:
        open_dispute(
            session,
            redemption=wanted,
            reason=form.one("reason"),
            by=staff.actor,
            partner_id=staff.partner_id,
            now=call.now,
        )

    try:
        call.run(as_partner_staff, serve)
    except (Conflict, ReasonUnfit) as refusal:
        faults = {"reason": str(refusal)}
        return _show(request, call, wanted, form.one("reason"), faults=faults, status=status_of(type(refusal)))
    return RedirectResponse("/partner/money?done=asked#asked", status_code=303)


def _show(
    request: Request,
    call: Call,
    wanted: UUID,
    reason: str = "",
    *,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    voucher = call.run(
        as_partner_staff,
        lambda session, staff: get_partner_redemption(
            session, partner_id=staff.partner_id, redemption=wanted, now=call.now
        ),
    )
    facts = {"voucher": voucher, "reason": reason, "faults": faults or {}, "days": ANSWERED_WITHIN.days}
    return render(request, "partner/question.html", status=status, **facts)
