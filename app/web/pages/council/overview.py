"""The officer's first page: what waits, who takes part, what was given and redeemed, what is left of each budget."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.earning.freshness import FreshnessRead, list_freshness
from app.identity.permissions import COMPLAINT_READERS, REVIEW_READERS
from app.identity.queries import OfficerRead
from app.insight.approvals import list_approvals
from app.insight.overview import Overview, read_overview
from app.ledger.rate import pence_behind, read_rate
from app.redemption.unanswered import count_unanswered
from app.rulebook.campaigns import CampaignBudget, list_campaign_budgets
from app.web.callers import as_officer
from app.web.chart_frame import write_short_day
from app.web.charts import Bar, draw_bars
from app.web.pages.council.approvals import Count, count_kinds
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class _Facts:
    officer: OfficerRead
    overview: Overview
    rate: int
    budgets: tuple[CampaignBudget, ...]
    late: list[FreshnessRead]
    approvals: tuple[Count, ...]
    unanswered: int


@router.get("/officer")
def show_overview(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER)

    def find(session: Session, officer: OfficerRead) -> _Facts:
        return _Facts(
            officer,
            read_overview(session, now=call.now),
            read_rate(session),
            list_campaign_budgets(session),
            [one for one in list_freshness(session, now=call.now) if one.late],
            count_kinds(list_approvals(session, officer=officer, now=call.now)),
            count_unanswered(session),
        )

    facts = call.run(as_officer, find)
    found = facts.overview
    bars = [Bar(write_short_day(day.on), day.given, day.redeemed) for day in found.days]
    return render(
        request,
        "council_overview.html",
        officer=facts.officer,
        overview=found,
        owed_pence=pence_behind(found.outstanding_points, rate=facts.rate),
        budgets=facts.budgets,
        late=facts.late,
        approvals=facts.approvals,
        unanswered=facts.unanswered,
        answers=not facts.officer.roles.isdisjoint(COMPLAINT_READERS),
        reviews=not facts.officer.roles.isdisjoint(REVIEW_READERS),
        draw=partial(draw_bars, bars, name="moved"),
    )
