"""Money behind points: the public counter for all; pots, funding and the backing rate for officers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.units import MOST_AT_ONCE, Pence, Points
from app.identity.permissions import MONEY_ROLES
from app.identity.queries import OfficerRead
from app.ledger import funding
from app.ledger.commands import Answer
from app.ledger.decisions import Decision
from app.ledger.money import list_pots, read_money
from app.redemption.promises import change_backing_rate
from app.rulebook.queries import find_campaign
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.reasons import Reasoned
from app.web.callers import Anybody, Call, SignedIn, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["money"])

as_treasurer = as_officer_with(*MONEY_ROLES)
as_reader_of_money = as_officer_with(*MONEY_ROLES, "auditor")

"""Of pence or points in one decision: more is a slip of the hand, and sums stay far from a bigint's end."""

Amount = Annotated[int, msgspec.Meta(ge=1, le=MOST_AT_ONCE)]
Funder = Annotated[int, msgspec.Meta(ge=1, le=2**62)]


class PaymentOrder(Reasoned, frozen=True):
    """Money that a funder set aside. The reason says what shows it: an agreement, a payment reference."""

    funder: Funder
    pence: Amount


class FundingOrder(Reasoned, frozen=True):
    """Points for a campaign, against the pence behind them from the funder's pot."""

    campaign: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    funder: Funder
    points: Amount


class RateOrder(Reasoned, frozen=True):
    """Pence behind 100 points from now on; the funder's pot pays what is missing behind points already issued."""

    pence_per_100_points: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    funder: Funder


class MoneyShape(Shape):
    """`needed_pence` stand behind the points in wallets and budgets at the rate; `backing_pence` is never less."""

    wallet_points: int
    budget_points: int
    redeemed_points: int
    donated_points: int
    expired_points: int
    written_off_points: int
    pence_per_100_points: int
    needed_pence: int
    backing_pence: int
    pot_pence: int
    owed_to_partners_pence: int


class PotShape(Shape):
    """What a funder has set aside that is not yet behind points."""

    funder: int
    pence: int


class PotsShape(Shape):
    """By funder."""

    items: list[PotShape]


@router.get("/v1/register/money", responses=declines())
def show_money(call: Anybody) -> MoneyShape:
    """The public counter: every point that can be spent, and the money behind it. Open to all."""
    return MoneyShape.model_validate(vars(call.run(read_money)))


@router.get("/v1/pots", responses=declines(*SIGNED_IN))
def show_pots(call: SignedIn) -> PotsShape:
    """Every funder's pot. For officers with the role finance, admin or auditor."""
    pots = call.run(as_reader_of_money, lambda session, _: list_pots(session))
    return PotsShape(items=[PotShape(funder=pot.funder_id, pence=pot.pence) for pot in pots])


@router.post(
    "/v1/pots/payments",
    status_code=201,
    response_model=MoneyShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", PaymentOrder)),
)
def pay_in(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Record money that a funder set aside. For officers with the role finance or admin."""
    order = body.read(PaymentOrder)
    return _decide(
        *(call, body, key, order.reason),
        lambda session, decision: funding.record_payment(
            session, funder_id=order.funder, pence=Pence(order.pence), decision=decision, now=call.now
        ),
    )


@router.post(
    "/v1/funding",
    status_code=201,
    response_model=MoneyShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", FundingOrder)),
)
def fund(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Give a campaign points to award, against its funder's pot. For officers with the role finance or admin."""
    order = body.read(FundingOrder)
    return _decide(
        *(call, body, key, order.reason),
        lambda session, decision: funding.record_funding(
            session,
            campaign_id=find_campaign(session, order.campaign),
            points=Points(order.points),
            funder_id=order.funder,
            decision=decision,
            now=call.now,
        ),
    )


@router.post(
    "/v1/backing-rate",
    status_code=201,
    response_model=MoneyShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", RateOrder)),
)
def set_rate(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Change what stands behind 100 points, never below what rewards cost. For officers, role finance or admin."""
    order = body.read(RateOrder)
    return _decide(
        *(call, body, key, order.reason),
        lambda session, decision: change_backing_rate(
            session, to=order.pence_per_100_points, funder_id=order.funder, decision=decision, now=call.now
        ),
    )


def _decide(
    call: Call, sent: Sent, key: str | None, reason: str, serve: Callable[[Session, Decision], None]
) -> Response:
    """Do it in the officer's name, once, and show where the money stands afterwards."""

    def answer(session: Session, officer: OfficerRead) -> Answer:
        serve(session, Decision(officer.id, reason, officer.uuid))
        return Answer(201, MoneyShape.model_validate(vars(read_money(session))).model_dump(mode="json"))

    return respond(run_once(call, as_treasurer, answer, key=key, sent=sent))
