"""Vouchers on paper: the desk turns somebody's points into one, or prints one again."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Invalid, Refusal
from app.core.ids import parse_public_id, public_id
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer, answer_once
from app.offers.errors import RewardUnknown
from app.redemption.errors import RedemptionUnknown
from app.redemption.qr import draw_qr
from app.redemption.queries import VoucherRead, VoucherStatus, get_redemption
from app.redemption.service import redeem_reward
from app.residents.desk import look_up_resident
from app.residents.queries import ResidentRead
from app.web.api.desk import as_desk
from app.web.callers import Call
from app.web.faults import FormExpired
from app.web.pages.rendering import render
from app.web.pages.support.account import show_account
from app.web.pages.support.looking import Visit, read_visit
from app.web.pages.support.residents import RESIDENTS, show_search
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")


@router.post(f"{RESIDENTS}/redeem")
def redeem(request: Request, form: SentForm) -> Response:
    """`once` is the form's own key: sent twice, it takes one reward and prints the same voucher."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    if not FORM_KEY.fullmatch(form.one("once")):
        raise FormExpired
    try:
        visit = read_visit(form)
    except Invalid as refusal:
        return show_search(request, call, form=form, refusal=refusal)
    wanted = parse_public_id("rew", form.one("reward"))
    answer = call.run(
        as_desk, lambda session, officer: _redeem(session, officer, call, visit, wanted, form.one("once"))
    )
    if "problem" in answer.body:
        problem = answer.body["problem"]
        return show_account(request, call, visit, problem=problem, href="#reward", status=answer.status)
    return _show_voucher(request, call, visit, parse_public_id("red", answer.body["voucher"]))


@router.post(f"{RESIDENTS}/voucher")
def print_again(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    try:
        visit = read_visit(form)
    except Invalid as refusal:
        return show_search(request, call, form=form, refusal=refusal)
    return _show_voucher(request, call, visit, parse_public_id("red", form.one("voucher")))


def _redeem(session: Session, officer: OfficerRead, call: Call, visit: Visit, wanted: UUID | None, once: str) -> Answer:
    runtime = call.runtime

    def serve() -> Answer:
        if wanted is None:
            raise RewardUnknown
        voucher = redeem_reward(
            session,
            resident_id=_find(session, officer, call, visit, act="redeem").id,
            reward=wanted,
            codes=runtime.voucher_codes,
            adapters=runtime.adapters,
            first_reward_after=timedelta(days=runtime.settings.first_reward_days),
            now=call.now,
        )
        return Answer(201, {"voucher": public_id("red", voucher.id)})

    return answer_once(
        session,
        caller=f"pages/{officer.public_id}",
        key=once,
        digest=hashlib.sha256(f"{visit.reference} {wanted}".encode()).digest(),
        now=call.now,
        serve=serve,
        refuse=_refuse,
    )


def _refuse(refusal: Refusal) -> Answer:
    return Answer(status_of(type(refusal)), {"problem": str(refusal)})


def _find(session: Session, officer: OfficerRead, call: Call, visit: Visit, *, act: str) -> ResidentRead:
    keys = call.runtime.card_keys
    return look_up_resident(
        session, desk=visit.at(officer), reference=visit.reference, act=act, keys=keys, now=call.now
    )


def _show_voucher(request: Request, call: Call, visit: Visit, wanted: UUID | None) -> Response:
    """To print. Another resident's voucher is as unknown as none."""

    def look(session: Session, officer: OfficerRead) -> VoucherRead:
        found = _find(session, officer, call, visit, act="print_voucher")
        if wanted is None:
            raise RedemptionUnknown
        return get_redemption(
            session, resident_id=found.id, redemption=wanted, codes=call.runtime.voucher_codes, now=call.now
        )

    voucher = call.run(as_desk, look)
    usable = voucher.status is VoucherStatus.ISSUED or (voucher.valid_until_at or call.now) > call.now
    return render(
        request,
        "support/voucher.html",
        voucher=voucher,
        qr=draw_qr(voucher.token) if voucher.token and usable else None,
        visit=visit,
    )
