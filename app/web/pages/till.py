"""The partner's page: type a code, see yes or no, and what was redeemed today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import LONDON, london_date
from app.core.errors import Conflict
from app.core.ids import parse_public_id, public_id
from app.core.paging import MOST_A_PAGE
from app.identity.tills import note_till_sign_in
from app.offers.queries import PartnerRead, get_partner
from app.redemption.errors import VoucherUnknown
from app.redemption.queries import TillVoucher, list_partner_redemptions
from app.redemption.refunds import UNDO_WITHIN, undo_redemption
from app.redemption.service import redeem_voucher
from app.web.callers import Call, Till, as_till
from app.web.languages import mark
from app.web.lockout import TooManyUnknownCodes
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, find_visitor, sign_in_again
from app.web.problems import status_of

LONGEST_CODE = 64

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Today:
    """The partner and what it has redeemed since midnight in Leeds, the latest first."""

    partner: PartnerRead
    redeemed: tuple[TillVoucher, ...]


@router.get("/till")
def till(request: Request, done: str = "") -> Response:
    """`done` is the redemption that the form before has just led to, shown as a yes while it is on today's list."""
    call = sign_in_again(request, Role.PARTNER)
    visitor = find_visitor(request)
    if visitor is not None and visitor.session.person is not None and visitor.is_till:
        device = visitor.session.person
        call.runtime.database.in_transaction(partial(note_till_sign_in, client_id=device, now=call.now))
    return _show(request, call, done=parse_public_id("red", done))


@router.post("/till")
def redeem(request: Request, code: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, csrf)
    if not code.strip():
        return _show(request, call, status=422, missing=mark("Enter the code on the voucher"))
    caller = call.caller
    try:
        call.runtime.limiter.refuse_locked(caller=caller)
        redeemed = call.run(as_till, lambda session, till: _redeem(session, till, call, code[:LONGEST_CODE]))
    except VoucherUnknown as refusal:
        call.runtime.limiter.count_unknown(caller=caller)
        return _show(request, call, status=status_of(type(refusal)), refused=str(refusal))
    except (Conflict, TooManyUnknownCodes) as refusal:
        return _show(request, call, status=status_of(type(refusal)), refused=str(refusal))
    return RedirectResponse(f"/till?done={public_id('red', redeemed.id)}", status_code=303)


@router.post("/till/undo")
def undo(request: Request, redemption: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = "") -> Response:
    """Within ten minutes, as the list of today offers it."""
    call = sign_in_again(request, Role.PARTNER)
    check_form(request, csrf)
    wanted = parse_public_id("red", redemption)
    try:
        call.run(
            as_till,
            lambda session, till: undo_redemption(session, partner_id=till.partner_id, redemption=wanted, now=call.now),
        )
    except (Conflict, VoucherUnknown) as refusal:
        return _show(request, call, status=status_of(type(refusal)), refused=str(refusal))
    return RedirectResponse("/till?done=undone", status_code=303)


def _redeem(session: Session, till: Till, call: Call, code: str) -> TillVoucher:
    call.runtime.limiter.remember(caller=call.caller, partner_id=till.partner_id)
    return redeem_voucher(
        session, partner_id=till.partner_id, code=code, codes=call.runtime.voucher_codes, now=call.now
    )


def _load_today(session: Session, till: Till, now: datetime) -> Today:
    midnight = datetime.combine(london_date(now), time.min, tzinfo=LONDON)
    listed = list_partner_redemptions(
        session, partner_id=till.partner_id, now=now, since=midnight, limit=MOST_A_PAGE
    ).items
    latest_first = sorted(listed, key=lambda voucher: voucher.redeemed_at or now, reverse=True)
    return Today(get_partner(session, partner_id=till.partner_id), tuple(latest_first))


def _show(
    request: Request,
    call: Call,
    *,
    status: int = 200,
    done: UUID | None = None,
    refused: str | None = None,
    missing: str | None = None,
) -> Response:
    today = call.run(as_till, lambda session, till: _load_today(session, till, call.now))
    return render(
        request,
        "till.html",
        status=status,
        partner=today.partner,
        redeemed=today.redeemed,
        today=london_date(call.now),
        accepted=next((voucher for voucher in today.redeemed if voucher.id == done), None),
        refused=refused,
        missing=missing,
        undo_from=call.now - UNDO_WITHIN,
        camera=True,
    )
