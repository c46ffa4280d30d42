"""What a partner has redeemed, page by page, without a word about whose it was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.core.ids import public_id
from app.redemption.newcomers import count_visits
from app.redemption.queries import TillVoucher, list_partner_redemptions
from app.settlement.periods import read_period
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.api.voucher_shapes import VoucherReward
from app.web.callers import SignedIn, Till, as_till

router = APIRouter(tags=["partner"])


class PartnerRedemptionShape(Shape):
    """One that was used. `cost_pence` is what you are owed for it."""

    id: str
    reward: VoucherReward
    points: int
    cost_pence: int
    made_at: datetime
    redeemed_at: datetime
    valid_until_at: datetime | None


class PartnerRedemptionPage(Shape):
    """Of one period, latest voucher first; `after` asks for the next page.

    `redeemed` is how many there were in all, `new_people` how many people came to you for the first time.
    """

    period: str
    redeemed: int
    new_people: int
    items: list[PartnerRedemptionShape]
    after: str | None


@router.get("/v1/partner/redemptions", responses=declines(*SIGNED_IN, 400, 404))
def show_redemptions(
    call: SignedIn,
    response: Response,
    period: Annotated[str | None, Query(max_length=10)] = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PartnerRedemptionPage:
    """What you redeemed in a month (2026-11) or week (2026-W48), else this month. Scope `vouchers:redeem`."""
    wanted = read_period(period or f"{london_date(call.now):%Y-%m}")
    span = {"since": wanted.from_at, "until": wanted.until_at}

    def find(session: Session, till: Till) -> PartnerRedemptionPage:
        page = list_partner_redemptions(
            session, partner_id=till.partner_id, now=call.now, **span, after=after, limit=limit
        )
        counts = count_visits(session, partner_id=till.partner_id, **span)
        return PartnerRedemptionPage(
            period=wanted.name,
            redeemed=counts.redeemed,
            new_people=counts.newcomers,
            items=[_present(one) for one in page.items],
            after=page.after,
        )

    shown = call.run(as_till, find)
    link_next(response, "/v1/partner/redemptions", period=period, after=shown.after, limit=limit)
    return shown


def _present(one: TillVoucher) -> PartnerRedemptionShape:
    assert one.redeemed_at is not None, "only those that were redeemed are listed"
    return PartnerRedemptionShape(
        id=public_id("red", one.id),
        reward=VoucherReward(id=public_id("rew", one.reward_id), title=one.reward_title),
        points=one.points,
        cost_pence=one.cost_pence,
        made_at=one.made_at,
        redeemed_at=one.redeemed_at,
        valid_until_at=one.valid_until_at,
    )
