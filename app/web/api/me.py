"""The signed-in resident: who they are to us, their points and what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import public_id
from app.earning.queries import list_activity
from app.ledger.queries import Balance, get_balance
from app.residents.queries import ResidentRead
from app.residents.terms.acceptance import get_terms_standing
from app.rulebook.pauses import find_running_pauses
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.api.pauses import PauseShape, present_pause
from app.web.api.terms import TermsStandingShape, present_standing
from app.web.callers import Call, SignedIn, as_resident

router = APIRouter(tags=["resident"])


class MeShape(Shape):
    """What we hold about you, in short, and what you should know.

    `deprivation_decile` is that of the small area around your home when you joined: 1 is the most deprived tenth. It
    is for checking that the scheme is fair, and no rule asks for it. `pass_type` is for offers that your travel pass
    would otherwise keep from you. `paused` is what stands still for everybody.
    """

    id: str
    name: str
    connection: str
    ward: str | None
    deprivation_decile: int | None
    pass_type: str | None
    enrolled_at: datetime
    terms: TermsStandingShape
    paused: list[PauseShape]


class ExpiringShape(Shape):
    """Points that can't be spent from `on` on."""

    points: int
    on: date


class BalanceShape(Shape):
    """Points that can be spent, points reserved by vouchers, and what expires when, soonest first."""

    available: int
    held: int
    expiring: list[ExpiringShape]


class ActivityShape(Shape):
    """One thing you did, by day and mode: never stop or time."""

    source: str
    id: str
    type: str
    title: str
    on: date
    mode: str | None
    status: str
    points: int
    reasons: list[str]
    sentences: list[str]
    voided: bool


class ActivityPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[ActivityShape]
    after: str | None


@router.get("/v1/me", responses=declines(*SIGNED_IN))
def show_me(call: SignedIn) -> MeShape:
    """Who you are to us. Scope `resident`."""
    return read_me(call, lambda _session, me: me)


def read_me(call: Call, serve: Callable[[Session, ResidentRead], ResidentRead]) -> MeShape:
    """Serve the signed-in resident, and tell who they are afterwards."""
    me, standing, pauses = call.run(
        as_resident,
        lambda session, me: (
            serve(session, me),
            get_terms_standing(session, resident_id=me.id, now=call.now),
            find_running_pauses(session),
        ),
    )
    return MeShape(
        id=public_id("res", me.public_id),
        name=me.name,
        connection=me.connection,
        ward=me.ward,
        deprivation_decile=me.deprivation_decile,
        pass_type=me.pass_type,
        enrolled_at=me.enrolled_at,
        terms=present_standing(standing),
        paused=[present_pause(pause) for pause in pauses],
    )


@router.get("/v1/me/balance", responses=declines(*SIGNED_IN))
def show_balance(call: SignedIn) -> BalanceShape:
    """Your points. Scope `resident`."""
    balance = call.run(as_resident, lambda session, me: get_balance(session, wallet_id=me.id, now=call.now))
    return present_balance(balance)


@router.get("/v1/me/activity", responses=declines(*SIGNED_IN, 400))
def show_activity(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ActivityPage:
    """What you did and what it earned, in words, newest first. Scope `resident`."""
    found = call.run(
        as_resident, lambda session, me: list_activity(session, resident_id=me.id, after=after, limit=limit + 1)
    )
    items = [ActivityShape.model_validate(one, from_attributes=True) for one in found[:limit]]
    following = found[limit - 1].cursor if len(found) > limit else None
    link_next(response, "/v1/me/activity", after=following, limit=limit)
    return ActivityPage(items=items, after=following)


def present_balance(balance: Balance) -> BalanceShape:
    return BalanceShape(
        available=balance.available,
        held=balance.held,
        expiring=[ExpiringShape(points=one.points, on=one.on) for one in balance.expiring],
    )
