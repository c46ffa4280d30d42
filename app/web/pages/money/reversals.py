"""Money of a payment by Stripe that is taken back: one officer proposes it, another approves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.core.units import MOST_AT_ONCE, Pence
from app.identity.queries import OfficerRead
from app.settlement.connect.reversal_proposals import approve_reversal, propose_reversal, refuse_reversal
from app.settlement.connect.reversal_queries import ReversalRead
from app.web.api.payout_shapes import as_payer
from app.web.faults import PathUnknown
from app.web.languages import mark
from app.web.pages.money.overview import MONEY, show_money
from app.web.pages.money.payments import read_why
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.paying import change_reversal, read_payout_id, read_reversal_id

router = APIRouter(include_in_schema=False)

DECISIONS: Mapping[str, Callable[..., ReversalRead]] = {"approve": approve_reversal, "refuse": refuse_reversal}
_POUNDS = re.compile(r"£?([0-9]{1,7})(?:\.([0-9]{2}))?")


class PoundsUnreadable(Invalid):
    """What was written is no sum of money."""

    code = "pounds-unreadable"

    def __init__(self) -> None:
        super().__init__(mark("Write how much in pounds, for example 4.50, and more than nothing."))


@router.post("/officer/money/payments/{payout}/reversals")
def propose(request: Request, payout: str, form: SentForm) -> Response:
    call, wanted = sign_in_again(request, Role.OFFICER), read_payout_id(payout)
    check_form(request, form.one("csrf"))

    def serve(session: Session, officer: OfficerRead) -> ReversalRead:
        return propose_reversal(
            session,
            payout=wanted,
            pence=_read_pence(form.one("pounds")),
            reason=read_why(form),
            made_there=None,
            officer_id=officer.id,
            now=call.now,
        )

    try:
        call.run(as_payer, partial(change_reversal, change=serve, now=call.now))
    except (Conflict, Invalid) as refusal:
        return show_money(request, call, refusal=refusal, about=payout, form=form)
    return RedirectResponse(f"{MONEY}?done=reversal-proposed#reversals", status_code=303)


@router.post("/officer/money/reversals/{reversal}/{act}")
def decide(request: Request, reversal: str, act: str, form: SentForm) -> Response:
    """One of DECISIONS."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_reversal_id(reversal)
    check_form(request, form.one("csrf"))
    if act not in DECISIONS:
        raise PathUnknown

    def serve(session: Session, officer: OfficerRead) -> ReversalRead:
        return DECISIONS[act](session, reversal=wanted, officer_id=officer.id, now=call.now)

    try:
        call.run(as_payer, partial(change_reversal, change=serve, now=call.now))
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    return RedirectResponse(f"{MONEY}?done=reversal-{act}#payments", status_code=303)


def _read_pence(written: str) -> Pence:
    """Raises PoundsUnreadable."""
    found = _POUNDS.fullmatch(written.replace(",", ""))
    pence = int(found[1]) * 100 + int(found[2] or 0) if found else 0
    if not 0 < pence <= MOST_AT_ONCE:
        raise PoundsUnreadable
    return Pence(pence)
