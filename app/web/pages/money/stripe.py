"""Payment by Stripe for officers: what has to be put in, whose account can be paid, and what is stuck."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict
from app.identity.permissions import PAYMENT_ROLES
from app.identity.queries import OfficerRead
from app.offers.queries import PartnerRead, find_partners
from app.settlement.connect.account_list import list_accounts, list_bank_refusals
from app.settlement.connect.account_queries import StripeAccountRead
from app.settlement.connect.errors import StripeAway
from app.settlement.connect.funding import Funding, Needed, read_balance, sum_needed
from app.settlement.payees import PayeeKeys, PayeeRead, get_payee
from app.settlement.payout_queries import list_payouts
from app.web.api.payout_shapes import as_payer, as_reader_of_payments, get_partner_by_id
from app.web.callers import Call
from app.web.pages.money.overview import MONEY
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.paying_by_stripe import approve_way, look_at_account
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

STRIPE: Final = MONEY + "/stripe"
ONE: Final = STRIPE + "/{partner}"
OPEN: Final = ("waiting", "held", "ordered")
MOST: Final = 100


@router.get(STRIPE)
def show(request: Request) -> Response:
    """Stripe is asked for the balance between the transaction and the page."""
    call = sign_in_again(request, Role.OFFICER)

    def find(session: Session, officer: OfficerRead) -> tuple[Needed, dict[str, object]]:
        accounts, refusals = list_accounts(session), list_bank_refusals(session, limit=MOST)
        waiting = list_payouts(session, partner_id=None, statuses=OPEN, limit=MOST)
        payments = [one for one in sorted(waiting, key=lambda one: OPEN.index(one.status)) if one.method == "stripe"]
        wanted = {one.partner_id for one in accounts} | {one.partner_id for one in payments}
        wanted |= {one.partner_id for one in refusals}
        return sum_needed(session), {
            "accounts": accounts,
            "payments": payments,
            "refusals": refusals,
            "partners": find_partners(session, ids=wanted),
            "may_pay": not officer.roles.isdisjoint(PAYMENT_ROLES),
        }

    needed, facts = call.run(as_reader_of_payments, find)
    return render(
        request,
        "money/stripe.html",
        status=200,
        offered=call.runtime.stripe is not None,
        needed=needed,
        funding=_ask_balance(call, needed),
        today=london_date(call.now),
        **facts,
    )


@router.get(ONE)
def show_account(request: Request, partner: str) -> Response:
    """The look is recorded."""
    return _show(request, sign_in_again(request, Role.OFFICER), partner)


@router.post(ONE)
def approve(request: Request, partner: str, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))

    def serve(session: Session, officer: OfficerRead) -> None:
        approve_way(session, officer, get_partner_by_id(session, partner), now=call.now)

    try:
        call.run(as_payer, serve)
    except Conflict as refusal:
        return _show(request, call, partner, refusal=refusal)
    return RedirectResponse(f"{STRIPE}?done=stripe", status_code=303)


def _ask_balance(call: Call, needed: Needed) -> Funding | None:
    """None where Stripe is not set up or does not answer."""
    if call.runtime.stripe is None:
        return None
    try:
        return Funding(needed, read_balance(call.runtime.stripe))
    except StripeAway:
        return None


def _show(request: Request, call: Call, written: str, *, refusal: Conflict | None = None) -> Response:
    keys = PayeeKeys(call.runtime.secrets)

    def find(session: Session, officer: OfficerRead) -> tuple[PartnerRead, PayeeRead, StripeAccountRead]:
        partner = get_partner_by_id(session, written)
        payee = get_payee(session, partner_id=partner.id, keys=keys)
        return partner, payee, look_at_account(session, officer, partner, now=call.now)

    partner, payee, account = call.run(as_payer, find)
    return render(
        request,
        "money/stripe_account.html",
        status=status_of(type(refusal)) if refusal else 200,
        partner=partner,
        payee=payee,
        account=account,
        faults={"": str(refusal)} if refusal else {},
    )
