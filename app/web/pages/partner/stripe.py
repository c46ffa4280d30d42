"""Get paid by Stripe: the partner connects an account there, follows how it stands, and chooses it."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, NotReady
from app.identity.queries import StaffRead
from app.offers.queries import get_partner
from app.settlement.connect.account_queries import read_account
from app.settlement.connect.orders import OnboardingLink
from app.settlement.payees import PayeeKeys, get_payee
from app.web.callers import Call, as_partner_owner, as_partner_staff
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.paying_by_stripe import choose_way, open_link
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

STRIPE: Final = "/partner/money/stripe"


@router.get(STRIPE)
def show_account(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.PARTNER))


@router.post(STRIPE + "/connect")
def connect(request: Request, form: SentForm) -> Response:
    """The link stands on the answer itself and nowhere else: it is good once, for some minutes."""
    call = sign_in_again(request, Role.PARTNER, as_partner_owner)
    check_form(request, form.one("csrf"))
    try:
        return _show(request, call, link=open_link(call, back_to=STRIPE))
    except (Conflict, NotReady) as refusal:
        return _show(request, call, refusal=refusal)


@router.post(STRIPE + "/choose")
def choose(request: Request, form: SentForm) -> Response:
    """It waits for an officer, who telephones first."""
    return _choose(request, form, "stripe", done="stripe_chosen")


@router.post(STRIPE + "/bank")
def go_back(request: Request, form: SentForm) -> Response:
    return _choose(request, form, "bacs", done="bank_chosen")


def _choose(request: Request, form: WholeForm, method: Literal["bacs", "stripe"], *, done: str) -> Response:
    call = sign_in_again(request, Role.PARTNER, as_partner_owner)
    check_form(request, form.one("csrf"))
    try:
        call.run(as_partner_owner, lambda session, staff: choose_way(session, staff, method=method, now=call.now))
    except Conflict as refusal:
        return _show(request, call, refusal=refusal)
    return RedirectResponse(f"{STRIPE}?done={done}", status_code=303)


def _show(
    request: Request,
    call: Call,
    *,
    link: OnboardingLink | None = None,
    refusal: Conflict | NotReady | None = None,
) -> Response:
    """Of a scheme without Stripe the page says how partners are paid there."""
    keys = PayeeKeys(call.runtime.secrets)

    def find(session: Session, staff: StaffRead) -> dict[str, object]:
        return {
            "staff": staff,
            "partner": get_partner(session, partner_id=staff.partner_id),
            "payee": get_payee(session, partner_id=staff.partner_id, keys=keys),
            "account": read_account(session, partner_id=staff.partner_id),
        }

    return render(
        request,
        "partner/stripe.html",
        status=status_of(type(refusal)) if refusal else 200,
        offered=call.runtime.stripe is not None,
        link=link,
        faults={"": str(refusal)} if refusal else {},
        **call.run(as_partner_staff, find),
    )
