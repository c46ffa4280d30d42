"""The partner's side of a voucher: is it good, and take it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import public_id
from app.identity.tokens import Claims
from app.ledger.commands import Answer
from app.redemption.errors import VoucherUnknown
from app.redemption.queries import TillVoucher
from app.redemption.refunds import undo_voucher
from app.redemption.service import check_voucher, redeem_voucher
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.voucher_shapes import VoucherReward
from app.web.callers import Call, SignedIn, Till, as_till
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["vouchers"])

WHY_NOT = {
    "issued": "The partner has been stopped, and its vouchers are given back.",
    "confirming": "The partner has not confirmed this voucher yet.",
    "redeemed": "This voucher has been used.",
    "cancelled": "This voucher was cancelled.",
    "expired": "This voucher has expired.",
    "cancelling": "This voucher is being cancelled.",
    "declined": "The partner did not confirm this voucher.",
}


class CodeOrder(msgspec.Struct, frozen=True):
    """What the person shows: the short code, or what their QR code says. Case, spaces and hyphens do not matter."""

    code: Annotated[str, msgspec.Meta(max_length=64)]


class TillShape(Shape):
    """What a voucher is for and whether it is good; nothing about who holds it.

    `valid_until_at` is the end of a pass that has begun, which may be shown until then.
    """

    id: str
    status: str
    valid: bool
    why_not: str | None
    reward: VoucherReward
    points: int
    cost_pence: int
    made_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    valid_until_at: datetime | None


@router.post(
    "/v1/vouchers/check",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422, 429),
    openapi_extra=takes(("application/json", CodeOrder)),
)
def check(call: SignedIn, body: Body) -> TillShape:
    """What a code is for, and whether it is good. Changes nothing. Scope `vouchers:redeem`."""
    order = body.read(CodeOrder)
    codes = call.runtime.voucher_codes
    with _guessing_slowed(call):
        voucher = call.run(
            _as_remembered_till(call),
            lambda session, till: check_voucher(
                session, partner_id=till.partner_id, code=order.code, codes=codes, now=call.now
            ),
        )
    return _present(voucher)


@router.post(
    "/v1/vouchers/redeem",
    response_model=TillShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422, 429),
    openapi_extra=takes(("application/json", CodeOrder)),
)
def redeem(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Take a voucher, once. Scope `vouchers:redeem`."""
    return _change(call, body, key, redeem_voucher)


@router.post(
    "/v1/vouchers/undo",
    response_model=TillShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422, 429),
    openapi_extra=takes(("application/json", CodeOrder)),
)
def undo(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Take back, within ten minutes, that a voucher was taken: it is good again. Scope `vouchers:redeem`."""
    return _change(call, body, key, undo_voucher)


def _change(call: Call, body: Sent, key: str | None, service: Callable[..., TillVoucher]) -> Response:
    order = body.read(CodeOrder)
    codes = call.runtime.voucher_codes

    def serve(session: Session, till: Till) -> Answer:
        voucher = service(session, partner_id=till.partner_id, code=order.code, codes=codes, now=call.now)
        return Answer(200, _present(voucher).model_dump(mode="json"))

    with _guessing_slowed(call):
        answer = run_once(call, _as_remembered_till(call), serve, key=key, sent=body)
        if answer.body.get("code") == VoucherUnknown.code:
            call.runtime.limiter.count_unknown(caller=call.caller)
    return respond(answer)


@contextmanager
def _guessing_slowed(call: Call) -> Iterator[None]:
    """Refuse a partner that is locked out before the database is touched; count a code that nobody knows after it."""
    call.runtime.limiter.refuse_locked(caller=call.caller)
    try:
        yield
    except VoucherUnknown:
        call.runtime.limiter.count_unknown(caller=call.caller)
        raise


def _as_remembered_till(call: Call) -> Callable[[Session, Claims], Till]:
    def resolve(session: Session, claims: Claims) -> Till:
        till = as_till(session, claims)
        call.runtime.limiter.remember(caller=call.caller, partner_id=till.partner_id)
        return till

    return resolve


def _present(voucher: TillVoucher) -> TillShape:
    return TillShape(
        id=public_id("red", voucher.id),
        status=voucher.status.value,
        valid=voucher.valid,
        why_not=None if voucher.valid else WHY_NOT[voucher.status.value],
        reward=VoucherReward(id=public_id("rew", voucher.reward_id), title=voucher.reward_title),
        points=voucher.points,
        cost_pence=voucher.cost_pence,
        made_at=voucher.made_at,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        valid_until_at=voucher.valid_until_at,
    )
