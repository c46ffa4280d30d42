"""The resident's vouchers: take a reward, show it, give it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.ledger.commands import Answer
from app.offers.errors import RewardUnknown
from app.redemption.queries import VoucherStatus, get_redemption, list_redemptions
from app.redemption.service import cancel_redemption, redeem_reward
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, declines, link_next, takes
from app.web.api.voucher_shapes import (
    VoucherPage,
    VoucherShape,
    keep_voucher,
    present_voucher,
    read_redemption_id,
    respond_with_codes,
)
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey
from app.web.step_up import as_spender

router = APIRouter(tags=["redemptions"])


class RedemptionOrder(msgspec.Struct, frozen=True):
    """Which reward."""

    reward_id: Annotated[str, msgspec.Meta(max_length=64)]


@router.post(
    "/v1/redemptions",
    status_code=201,
    response_model=VoucherShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422)
    | {202: {"model": VoucherShape, "description": "The partner has yet to confirm it; look again in a minute."}},
    openapi_extra=takes(("application/json", RedemptionOrder)),
)
def make_redemption(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Turn points into a voucher: they are held until the partner redeems it. Scope `resident`."""
    reward = _read_reward_id(body.read(RedemptionOrder))
    runtime = call.runtime

    def serve(session: Session, me: ResidentRead) -> Answer:
        voucher = redeem_reward(
            session,
            resident_id=me.id,
            reward=reward,
            codes=runtime.voucher_codes,
            adapters=runtime.adapters,
            first_reward_after=timedelta(days=runtime.settings.first_reward_days),
            now=call.now,
        )
        return keep_voucher(202 if voucher.status is VoucherStatus.CONFIRMING else 201, voucher)

    answer = run_once(call, as_spender(call, reward=reward), serve, key=key, sent=body)
    return respond_with_codes(answer, runtime.voucher_codes)


@router.get("/v1/redemptions", responses=declines(*SIGNED_IN, 400))
def show_redemptions(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> VoucherPage:
    """Your vouchers, newest first. Scope `resident`."""
    codes = call.runtime.voucher_codes
    page = call.run(
        as_resident,
        lambda session, me: list_redemptions(
            session, resident_id=me.id, codes=codes, now=call.now, after=after, limit=limit
        ),
    )
    link_next(response, "/v1/redemptions", after=page.after, limit=limit)
    return VoucherPage(items=[present_voucher(voucher) for voucher in page.items], after=page.after)


@router.get("/v1/redemptions/{id}", responses=declines(*SIGNED_IN, 400, 404))
def show_redemption(call: SignedIn, id: str) -> VoucherShape:  # noqa: A002 - the path's own word
    """One of your vouchers. Scope `resident`."""
    redemption = read_redemption_id(id)
    codes = call.runtime.voucher_codes
    voucher = call.run(
        as_resident,
        lambda session, me: get_redemption(
            session, resident_id=me.id, redemption=redemption, codes=codes, now=call.now
        ),
    )
    return present_voucher(voucher)


@router.post(
    "/v1/redemptions/{id}/cancel",
    response_model=VoucherShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def cancel(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Give a voucher back and get its points back. Scope `resident`."""
    redemption = read_redemption_id(id)
    codes = call.runtime.voucher_codes
    answer = run_once(
        call,
        as_resident,
        lambda session, me: keep_voucher(
            200,
            cancel_redemption(session, resident_id=me.id, redemption=redemption, codes=codes, now=call.now),
        ),
        key=key,
        sent=body,
    )
    return respond_with_codes(answer, codes)


def _read_reward_id(order: RedemptionOrder) -> UUID:
    uuid = parse_public_id("rew", order.reward_id)
    if uuid is None:
        raise RewardUnknown
    return uuid
