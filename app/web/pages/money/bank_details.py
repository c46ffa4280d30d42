"""Where a partner wants to be paid: an officer reads it, telephones, and approves what they have read."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.identity.queries import OfficerRead
from app.offers.queries import PartnerRead
from app.settlement.payees import BankDetails
from app.web.api.payout_shapes import as_payer, get_partner_by_id
from app.web.pages.money.overview import MONEY, show_money
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.paying import approve_bank, look_at_bank_details

router = APIRouter(include_in_schema=False)

BANK = "/officer/money/bank/{partner}"


@router.get(BANK)
def show_details(request: Request, partner: str) -> Response:
    """The look is recorded."""
    call = sign_in_again(request, Role.OFFICER)

    def find(session: Session, officer: OfficerRead) -> tuple[PartnerRead, BankDetails]:
        known = get_partner_by_id(session, partner)
        return known, look_at_bank_details(session, officer, known, call=call)

    try:
        known, details = call.run(as_payer, find)
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    return render(request, "money/bank_details.html", status=200, partner=known, details=details)


@router.post(BANK)
def approve(request: Request, partner: str, form: SentForm) -> Response:
    """What was read comes back with the form, so that nothing else is approved."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    read = BankDetails(form.one("sort_code"), form.one("account"), form.one("name"))

    def serve(session: Session, officer: OfficerRead) -> None:
        approve_bank(session, officer, get_partner_by_id(session, partner), read=read, call=call)

    try:
        call.run(as_payer, serve)
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    return RedirectResponse(f"{MONEY}?done=bank", status_code=303)
