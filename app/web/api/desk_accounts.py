"""What an officer sees and does in a resident's account at the desk: each time for a purpose, which is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.ledger.queries import get_balance
from app.offers.errors import RewardUnknown
from app.outbox import list_notices
from app.redemption.queries import VoucherStatus, list_redemptions
from app.redemption.service import redeem_reward
from app.residents.desk import Desk, Purpose, list_desk_acts, look_up_member
from app.residents.queries import ResidentRead
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, takes
from app.web.api.desk import as_desk
from app.web.api.me import BalanceShape, present_balance
from app.web.api.purposes import Purposed, Stated
from app.web.api.voucher_shapes import VoucherPage, VoucherShape, keep_voucher, present_voucher, respond_with_codes
from app.web.callers import Call, SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["desk"])

T = TypeVar("T")


class DeskRedemptionOrder(Purposed, frozen=True, kw_only=True):
    """The reward that the person wants; its voucher is printed."""

    reward_id: Annotated[str, msgspec.Meta(max_length=64)]


class NoticeShape(Shape):
    """So many points can't be spent from `expires_on` on: say so to the person, or send a letter."""

    points: int
    expires_on: date
    queued_at: datetime


class NoticesShape(Shape):
    """Newest first."""

    items: list[NoticeShape]


class DeskActShape(Shape):
    """What was done for you at the desk, and why."""

    act: str
    purpose: str
    note: str
    acted_at: datetime


class DeskActsShape(Shape):
    """Newest first."""

    items: list[DeskActShape]


@router.get("/v1/desk/residents/{member}/balance", responses=declines(*SIGNED_IN, 400, 404, 422))
def show_balance(call: SignedIn, member: str, purpose: Stated) -> BalanceShape:
    """The person's points. For officers with the role support."""
    return present_balance(
        _look(
            *(call, member, purpose, "balance"),
            lambda session, found: get_balance(session, wallet_id=found.id, now=call.now),
        )
    )


@router.get("/v1/desk/residents/{member}/notices", responses=declines(*SIGNED_IN, 400, 404, 422))
def show_notices(call: SignedIn, member: str, purpose: Stated) -> NoticesShape:
    """What the person has to be told. For officers with the role support."""
    found = _look(
        *(call, member, purpose, "notices"), lambda session, found: list_notices(session, resident_id=found.id)
    )
    return NoticesShape(items=[NoticeShape.model_validate(one, from_attributes=True) for one in found])


@router.get("/v1/desk/residents/{member}/redemptions", responses=declines(*SIGNED_IN, 400, 404, 422))
def show_redemptions(
    call: SignedIn,
    member: str,
    purpose: Stated,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> VoucherPage:
    """The person's vouchers, to print one again. For officers with the role support."""
    codes = call.runtime.voucher_codes
    page = _look(
        *(call, member, purpose, "redemptions"),
        lambda session, found: list_redemptions(
            session, resident_id=found.id, codes=codes, now=call.now, after=after, limit=limit
        ),
    )
    link_next(response, f"/v1/desk/residents/{member}/redemptions", after=page.after, limit=limit)
    return VoucherPage(items=[present_voucher(one) for one in page.items], after=page.after)


@router.post(
    "/v1/desk/residents/{member}/redemptions",
    status_code=201,
    response_model=VoucherShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422)
    | {202: {"model": VoucherShape, "description": "The partner has yet to confirm it; look again in a minute."}},
    openapi_extra=takes(("application/json", DeskRedemptionOrder)),
)
def redeem_onto_paper(call: SignedIn, member: str, body: Body, key: IdempotencyKey = None) -> Response:
    """Turn the person's points into a voucher, to print for them. For officers with the role support."""
    order, runtime = body.read(DeskRedemptionOrder), call.runtime
    reward = parse_public_id("rew", order.reward_id)
    if reward is None:
        raise RewardUnknown

    def serve(session: Session, officer: OfficerRead) -> Answer:
        desk = Desk(officer, order.stated())
        found = look_up_member(session, desk=desk, number=member, act="redeem", keys=runtime.card_keys, now=call.now)
        voucher = redeem_reward(
            session,
            resident_id=found.id,
            reward=reward,
            codes=runtime.voucher_codes,
            adapters=runtime.adapters,
            first_reward_after=timedelta(days=runtime.settings.first_reward_days),
            now=call.now,
        )
        return keep_voucher(202 if voucher.status is VoucherStatus.CONFIRMING else 201, voucher)

    return respond_with_codes(run_once(call, as_desk, serve, key=key, sent=body), runtime.voucher_codes)


@router.get("/v1/me/desk", responses=declines(*SIGNED_IN))
def show_desk_acts(call: SignedIn) -> DeskActsShape:
    """What officers looked at or did in your account at the desk, and why. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_desk_acts(session, resident_id=me.id))
    return DeskActsShape(items=[DeskActShape.model_validate(one, from_attributes=True) for one in found])


def _look(call: Call, member: str, purpose: Purpose, act: str, serve: Callable[[Session, ResidentRead], T]) -> T:
    """Keep who looks and why, then show."""

    def look(session: Session, officer: OfficerRead) -> T:
        desk = Desk(officer, purpose)
        found = look_up_member(session, desk=desk, number=member, act=act, keys=call.runtime.card_keys, now=call.now)
        return serve(session, found)

    return call.run(as_desk, look)
