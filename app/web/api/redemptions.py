"""The resident's vouchers: take a reward, show it, give it back."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.ledger.commands import Answer
from app.offers.errors import RewardUnknown
from app.redemption.codes import VoucherCodes
from app.redemption.errors import RedemptionUnknown
from app.redemption.qr import draw_qr
from app.redemption.queries import VoucherRead, VoucherStatus, get_redemption, list_redemptions
from app.redemption.service import cancel_redemption, redeem_reward
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["redemptions"])

HAS_CODES = "has_codes"


class RedemptionOrder(msgspec.Struct, frozen=True):
    """Which reward."""

    reward_id: Annotated[str, msgspec.Meta(max_length=64)]


class VoucherReward(Shape):
    """What the voucher is for."""

    id: str
    title: str


class VoucherPartner(Shape):
    """Where to show it."""

    name: str
    place: str


class VoucherShape(Shape):
    """`qr` is a picture (an SVG data URL) that says `qr_text`; all three codes are null where nothing has to be shown.

    `status`: confirming (the partner has yet to say yes), issued, cancelling, redeemed, cancelled, expired or declined.
    `reason` is the partner's own sentence, `instead` a reward for who has already what this one gives, `valid_until_at`
    the end of a pass that has begun.
    """

    id: str
    code: str | None
    qr: str | None
    qr_text: str | None
    status: str
    points: int
    reward: VoucherReward
    partner: VoucherPartner
    made_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None
    reason: str | None
    instead: str | None
    valid_until_at: datetime | None


class VoucherPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[VoucherShape]
    after: str | None


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
            now=call.now,
        )
        return _keep(202 if voucher.status is VoucherStatus.CONFIRMING else 201, voucher)

    answer = run_once(call, as_resident, serve, key=key, sent=body)
    return _respond(answer, runtime.voucher_codes)


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
    return VoucherPage(items=[_present(voucher) for voucher in page.items], after=page.after)


@router.get("/v1/redemptions/{id}", responses=declines(*SIGNED_IN, 400, 404))
def show_redemption(call: SignedIn, id: str) -> VoucherShape:  # noqa: A002 - the path's own word
    """One of your vouchers. Scope `resident`."""
    redemption = _read_id(id)
    codes = call.runtime.voucher_codes
    voucher = call.run(
        as_resident,
        lambda session, me: get_redemption(
            session, resident_id=me.id, redemption=redemption, codes=codes, now=call.now
        ),
    )
    return _present(voucher)


@router.post(
    "/v1/redemptions/{id}/cancel",
    response_model=VoucherShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def cancel(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Give a voucher back and get its points back. Scope `resident`."""
    redemption = _read_id(id)
    codes = call.runtime.voucher_codes
    answer = run_once(
        call,
        as_resident,
        lambda session, me: _keep(
            200,
            cancel_redemption(session, resident_id=me.id, redemption=redemption, codes=codes, now=call.now),
        ),
        key=key,
        sent=body,
    )
    return _respond(answer, codes)


def _read_reward_id(order: RedemptionOrder) -> UUID:
    uuid = parse_public_id("rew", order.reward_id)
    if uuid is None:
        raise RewardUnknown
    return uuid


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("red", written)
    if uuid is None:
        raise RedemptionUnknown
    return uuid


def _keep(status: int, voucher: VoucherRead) -> Answer:
    """The answer as it may be kept: without the codes, which nothing may store, but knowing whether there are any."""
    shown = _present(replace(voucher, code=None, token=None)).model_dump(mode="json")
    return Answer(status, shown | {HAS_CODES: voucher.token is not None})


def _respond(answer: Answer, codes: VoucherCodes) -> Response:
    """The kept answer with its codes, derived once more."""
    body = dict(answer.body)
    if body.pop(HAS_CODES, False):
        uuid = _read_id(body["id"])
        body |= _draw(codes.code_for(uuid), codes.token_for(uuid))
    return respond(replace(answer, body=body))


def _draw(code: str | None, token: str | None) -> dict[str, str | None]:
    return {"code": code, "qr": _as_data_url(draw_qr(token)) if token else None, "qr_text": token}


def _present(voucher: VoucherRead) -> VoucherShape:
    return VoucherShape(
        id=public_id("red", voucher.id),
        **_draw(voucher.code, voucher.token),
        status=voucher.status.value,
        points=voucher.points,
        reward=VoucherReward(id=public_id("rew", voucher.reward_id), title=voucher.reward_title),
        partner=VoucherPartner(name=voucher.partner_name, place=voucher.place),
        made_at=voucher.made_at,
        expires_at=voucher.expires_at,
        redeemed_at=voucher.redeemed_at,
        reason=voucher.reason,
        instead=public_id("rew", voucher.instead) if voucher.instead else None,
        valid_until_at=voucher.valid_until_at,
    )


def _as_data_url(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
