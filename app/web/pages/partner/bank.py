"""A partner's owner says where the money goes; an officer approves it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.offers.queries import get_partner
from app.settlement.errors import BankDetailsUnfit
from app.settlement.payees import PayeeKeys, get_payee
from app.web.api.payees import propose_details
from app.web.callers import Call, as_partner_owner
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

BANK = "/partner/money/bank"


@router.get(BANK)
def show_bank(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER), {})


@router.post(BANK)
def propose(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, form.one("csrf"))
    try:
        propose_details(call, sort_code=form.one("sort_code"), account=form.one("account"), name=form.one("name"))
    except BankDetailsUnfit as refusal:
        faults = {"sort_code": str(refusal)}
        return _show(request, call, form.as_sent(), faults=faults, status=status_of(type(refusal)))
    return RedirectResponse("/partner/money?done=bank", status_code=303)


def _show(
    request: Request, call: Call, values: dict[str, str], *, faults: dict[str, str] | None = None, status: int = 200
) -> Response:
    """What is paid to now is told by its last digits alone."""
    keys = PayeeKeys(call.runtime.secrets)
    partner, payee = call.run(
        as_partner_owner,
        lambda session, staff: (
            get_partner(session, partner_id=staff.partner_id),
            get_payee(session, partner_id=staff.partner_id, keys=keys),
        ),
    )
    facts = {"partner": partner, "payee": payee, "values": values, "faults": faults or {}}
    return render(request, "partner/bank.html", status=status, **facts)
