"""Finance's reports: what is owed for points, who pays for which budget, and the general-ledger journal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.ledger.funders import BudgetFunder, list_budget_funders
from app.ledger.outstanding import read_outstanding
from app.rulebook.campaigns import list_campaigns
from app.settlement.account_codes import read_account_codes
from app.settlement.general_journal import list_journal, write_journal
from app.settlement.periods import midnight, read_period
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.payout_shapes import as_reader_of_payments
from app.web.api.statement_shapes import CSV_TYPE, give_file
from app.web.callers import SignedIn

router = APIRouter(tags=["money"])


class ShareShape(Shape):
    """`behind_pence` is what the funder has left behind points that nobody has spent; `owed_pence` its share."""

    funder: int
    behind_pence: int
    owed_pence: int


class LiabilityShape(Shape):
    """At the end of `on`: points in budgets and wallets, what they are owed at the rate, and what stood behind them.

    The shares of the funders add up to `owed_pence`; `backing_pence` is never less than that.
    """

    on: date
    points: int
    pence_per_100_points: int
    owed_pence: int
    backing_pence: int
    funders: list[ShareShape]


class PaidShape(Shape):
    """What a funder has paid for points of the campaign."""

    funder: int
    points: int
    pence: int


class BudgetShape(Shape):
    """A campaign's points, and who pays for them: `funded_points` are those of all its `funders`."""

    campaign: str
    title: str
    funded_points: int
    given_points: int
    left_points: int
    funders: list[PaidShape]


class BudgetsShape(Shape):
    """By the campaigns' first dates."""

    items: list[BudgetShape]


@router.get("/v1/reports/liability", responses=declines(*SIGNED_IN, 400))
def show_liability(call: SignedIn, on: Annotated[date | None, Query()] = None) -> LiabilityShape:
    """What is owed for outstanding points at the end of a date, by funder. For the roles finance, admin and auditor."""
    day = on or london_date(call.now)
    found = call.run(
        as_reader_of_payments, lambda session, _: read_outstanding(session, at=midnight(day + timedelta(days=1)))
    )
    return LiabilityShape(
        on=day,
        points=found.points,
        pence_per_100_points=found.pence_per_100_points,
        owed_pence=found.owed_pence,
        backing_pence=found.backing_pence,
        funders=[
            ShareShape(funder=one.funder_id, behind_pence=one.behind_pence, owed_pence=one.owed_pence)
            for one in found.shares
        ],
    )


@router.get("/v1/reports/budget", responses=declines(*SIGNED_IN))
def show_budgets(call: SignedIn) -> BudgetsShape:
    """Every campaign's points and who pays for them. For officers with the role finance, admin or auditor."""

    def find(session: Session) -> BudgetsShape:
        paid = list_budget_funders(session)
        return BudgetsShape(
            items=[
                BudgetShape(
                    campaign=one.key,
                    title=one.title,
                    funded_points=one.funded_points,
                    given_points=one.given_points,
                    left_points=one.left_points,
                    funders=[_present(row) for row in paid if row.campaign_id == one.id],
                )
                for one in list_campaigns(session, now=call.now)
            ]
        )

    return call.run(as_reader_of_payments, lambda session, _: find(session))


@router.get(
    "/v1/reports/journal/{period}",
    response_class=Response,
    responses=declines(*SIGNED_IN, 400, 404) | {200: {"content": {CSV_TYPE: {"schema": {"type": "string"}}}}},
)
def show_journal(call: SignedIn, period: str) -> Response:
    """Every movement of money of a month (2026-11) or week (2026-W48), as CSV. For finance, admin and auditor."""
    wanted, settings = read_period(period), call.runtime.settings
    codes = read_account_codes(settings.journal_codes)
    lines = call.run(
        as_reader_of_payments,
        lambda session, _: list_journal(
            session, scheme=settings.scheme, codes=codes, from_at=wanted.from_at, until_at=wanted.until_at
        ),
    )
    return give_file(write_journal(lines), media_type=CSV_TYPE, name=f"journal-{settings.scheme}-{wanted.name}.csv")


def _present(row: BudgetFunder) -> PaidShape:
    return PaidShape(funder=row.funder_id, points=row.points, pence=row.pence)
