"""One payment: let go in spite of a refused case, given back by the bank, or moved from Stripe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.jobs import parse_number, retry_job
from app.settlement.connect.freeing import move_to_bank, try_again
from app.web.api.jobs import as_retrier
from app.web.api.payout_shapes import as_payer
from app.web.api.purposes import LONGEST_NOTE
from app.web.callers import Call
from app.web.faults import PathUnknown
from app.web.languages import mark
from app.web.pages.money.overview import MONEY, show_money
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.paying import change_payment, give_payment_back, read_payout_id, release_payment

router = APIRouter(include_in_schema=False)


class WhyNotSaid(Invalid):
    """The form came without a reason where somebody else has to read one."""

    code = "why-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Say why, in a sentence that others can read."))


@router.post("/officer/money/payments/{payout}/{act}")
def act_on(request: Request, payout: str, act: str, form: SentForm) -> Response:
    """One of ACTS."""
    call, wanted = sign_in_again(request, Role.OFFICER, as_payer), read_payout_id(payout)
    check_form(request, form.one("csrf"))
    do = ACTS.get(act)
    if do is None:
        raise PathUnknown
    try:
        do(call, wanted, form)
    except (Conflict, Invalid) as refusal:
        return show_money(request, call, refusal=refusal, about=payout, form=form)
    return RedirectResponse(f"{MONEY}?done={act}#payments", status_code=303)


@router.post("/officer/money/jobs/{number}/retry")
def retry(request: Request, number: str, form: SentForm) -> Response:
    """A job that had given up is tried again."""
    call, wanted = sign_in_again(request, Role.OFFICER), parse_number(number)
    check_form(request, form.one("csrf"))
    try:
        call.run(as_retrier, lambda session, _: retry_job(session, number=wanted, now=call.now))
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    return RedirectResponse(f"{MONEY}?done=retry#problems", status_code=303)


def read_why(form: WholeForm) -> str:
    """Raises WhyNotSaid."""
    why = form.one("reason")
    if not 0 < len(why) <= LONGEST_NOTE:
        raise WhyNotSaid
    return why


def _return(call: Call, payout: UUID, form: WholeForm) -> None:
    call.run(as_payer, partial(give_payment_back, payout=payout, reason=read_why(form), now=call.now))


def _release(call: Call, payout: UUID, form: WholeForm) -> None:
    call.run(as_payer, partial(release_payment, payout=payout, reason=read_why(form), now=call.now))


def _by_bank(call: Call, payout: UUID, _: WholeForm) -> None:
    change = partial(change_payment, payout=payout, what="sent by the bank", change=move_to_bank, now=call.now)
    call.run(as_payer, change)


def _retry(call: Call, payout: UUID, _: WholeForm) -> None:
    again = partial(try_again, now=call.now)
    call.run(as_payer, partial(change_payment, payout=payout, what="tried again", change=again, now=call.now))


ACTS: Mapping[str, Callable[[Call, UUID, WholeForm], None]] = {
    "return": _return,
    "release": _release,
    "by-bank": _by_bank,
    "retry": _retry,
}
