"""Forecasts for drafts about whose events nothing is known yet."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.residents.cards import refuse_bank_card_number
from app.rulebook.forecast.assumptions import LONGEST_BASIS, Assumptions, Estimate
from app.rulebook.forecast.forecasting import make_forecast
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.drafts import as_drafter
from app.web.api.rules import read_rule_key
from app.web.callers import SignedIn
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["rules"])


class EstimateOrder(msgspec.Struct, frozen=True):
    """Whole numbers, the low one first."""

    low: int
    central: int
    high: int

    def read(self) -> Estimate:
        return Estimate(self.low, self.central, self.high)


class ForecastOrder(msgspec.Struct, frozen=True):
    """Of `people` who may, `share_percent` take part; each of them earns it `times` in every `per`.

    `amount` is what comes each time, for a rate (of its fact) or a multiplier (points that its group pays) only.
    `basis` says where the numbers come from, and names nobody.
    """

    people: EstimateOrder
    share_percent: EstimateOrder
    times: EstimateOrder
    per: Literal["day", "week", "month", "validity"]
    basis: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_BASIS)]
    amount: EstimateOrder | None = None

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.basis)

    def read(self) -> Assumptions:
        return Assumptions(
            people=self.people.read(),
            share_percent=self.share_percent.read(),
            times=self.times.read(),
            per=self.per,
            amount=None if self.amount is None else self.amount.read(),
            basis=self.basis.strip(),
        )


class EstimateShape(Shape):
    """As it was assumed."""

    low: int
    central: int
    high: int


class AssumptionsShape(Shape):
    """As they were sent."""

    people: EstimateShape
    share_percent: EstimateShape
    times: EstimateShape
    per: str
    amount: EstimateShape | None
    basis: str


class OutlookShape(Shape):
    """Over the validity of the rule. `points` are asked for, limits respected; today's budget pays `paid_points`.

    `steps` are sentences that lead there. Pence are those behind the points at today's rate.
    """

    taking_part: int
    times_each: int
    points_each: int
    points: int
    pence: int
    paid_points: int
    paid_pence: int
    steps: list[str]


class ForecastShape(Shape):
    """It is attached to the draft's `revision`. `budget_left_points` is null while there is no such campaign."""

    rule: str
    version: int
    revision: int
    sentence: str
    assumptions: AssumptionsShape
    made_by: str
    budget_left_points: int | None
    low: OutlookShape
    central: OutlookShape
    high: OutlookShape
    advice: str
    attached_at: datetime


@router.post(
    "/v1/rules/{id}/forecast",
    status_code=201,
    response_model=ForecastShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ForecastOrder)),
)
def forecast(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Work out what a draft costs by what you assume, and attach it. For officers with the role editor or approver.

    For a rule without four weeks of history: people times share taking part times how often, low, central and high.
    """
    said, rule = body.read(ForecastOrder).read(), read_rule_key(id)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        made = make_forecast(session, key=rule, said=said, officer=officer, now=call.now)
        return Answer(201, ForecastShape(**made, attached_at=call.now).model_dump(mode="json"))

    return respond(run_once(call, as_drafter, serve, key=key, sent=body))
