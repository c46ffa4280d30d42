"""What points can be turned into. Open to all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.clock import london_date
from app.core.ids import parse_public_id, public_id
from app.offers.errors import RewardUnknown
from app.offers.queries import RewardRead, get_reward, list_rewards
from app.web.api.answers import Shape, declines, link_next
from app.web.callers import Anybody

router = APIRouter(tags=["rewards"])


class PartnerShape(Shape):
    """Who gives it. `kind`: business or community_group."""

    id: str
    name: str
    kind: str
    place: str


class RewardShape(Shape):
    """`stock` is what is left, `stock_per_day` how many a day in Leeds has; null where there is no limit.

    `paused`: not to be had at the moment. It can't be had on dates of `not_on`, of which those to come are shown.
    """

    id: str
    title: str
    description: str
    kind: str
    partner: PartnerShape
    points: int
    stock: int | None
    stock_per_day: int | None
    not_on: list[date]
    voucher_days: int
    paused: bool


class RewardPage(Shape):
    """Cheapest first; `after` asks for the next page."""

    items: list[RewardShape]
    after: str | None


@router.get("/v1/rewards", responses=declines(400))
def show_rewards(
    call: Anybody,
    response: Response,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    text: Annotated[str | None, Query(max_length=100)] = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RewardPage:
    """The rewards that can be had now, cheapest first; `text` is looked for in titles, partners and places."""
    page = call.run(lambda session: list_rewards(session, kind=kind, text=text, after=after, limit=limit))
    link_next(response, "/v1/rewards", kind=kind, text=text, after=page.after, limit=limit)
    return RewardPage(items=[_present(reward, call.now) for reward in page.items], after=page.after)


@router.get("/v1/rewards/{id}", responses=declines(400, 404))
def show_reward(call: Anybody, id: str) -> RewardShape:  # noqa: A002 - the path's own word
    """One reward."""
    uuid = parse_public_id("rew", id)
    if uuid is None:
        raise RewardUnknown
    return _present(call.run(lambda session: get_reward(session, public_id=uuid)), call.now)


def _present(reward: RewardRead, now: datetime) -> RewardShape:
    partner, today = reward.partner, london_date(now)
    return RewardShape(
        id=public_id("rew", reward.public_id),
        title=reward.title,
        description=reward.description,
        kind=reward.kind,
        partner=PartnerShape(
            id=public_id("prt", partner.public_id), name=partner.name, kind=partner.kind, place=partner.place
        ),
        points=reward.points,
        stock=reward.stock_left,
        stock_per_day=reward.stock_per_day,
        not_on=[day for day in reward.blackout_on if day >= today],
        voucher_days=reward.voucher_days,
        paused=reward.paused,
    )
