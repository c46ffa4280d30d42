"""One campaign: its budget and how that goes down, its rules and challenges, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.earning.challenges import ChallengeRead, list_challenges
from app.identity.permissions import CAMPAIGN_EDITORS, MONEY_ROLES
from app.identity.queries import OfficerRead
from app.ledger.rate import read_rate
from app.rulebook.budgets import ALARM_PERCENTS
from app.rulebook.burn_down import BurnDown, read_burn_down
from app.rulebook.campaign_history import CampaignStep, list_campaign_steps
from app.rulebook.campaigns import CampaignRead, get_campaign
from app.rulebook.messages.choices import Audience, count_audience
from app.web.api.campaigns import present_campaign
from app.web.burn_down_charts import draw_burn_down
from app.web.callers import as_officer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

ONE_DAY: Final = timedelta(days=1)
PAGE: Final = "/officer/campaigns/{campaign}"


@dataclass(frozen=True)
class _Facts:
    officer: OfficerRead
    campaign: CampaignRead
    rate: int
    burn_down: BurnDown
    challenges: tuple[ChallengeRead, ...]
    audience: Audience
    steps: tuple[CampaignStep, ...]


@router.get(PAGE)
def show_campaign(request: Request, campaign: str) -> Response:
    call = sign_in_again(request, Role.OFFICER)

    def find(session: Session, officer: OfficerRead) -> _Facts:
        found = get_campaign(session, key=campaign, now=call.now)
        rules = {rule.key for rule in found.rules}
        return _Facts(
            officer,
            found,
            read_rate(session),
            read_burn_down(session, found, now=call.now),
            tuple(one for one in list_challenges(session, resident_id=None, now=call.now) if one.rule in rules),
            count_audience(session, key=campaign),
            list_campaign_steps(session, found),
        )

    facts, today = call.run(as_officer, find), london_date(call.now)
    return render(
        request,
        "council/campaign.html",
        campaign=present_campaign(facts.campaign, facts.rate, call),
        last_on=facts.campaign.ends_on - ONE_DAY,
        one_day=ONE_DAY,
        rules=facts.campaign.rules,
        challenges=facts.challenges,
        reached={alarm.percent: alarm.reached_at for alarm in facts.campaign.alarms},
        percents=ALARM_PERCENTS,
        burn_down=facts.burn_down,
        draw=partial(draw_burn_down, facts.burn_down, facts.campaign, today=today),
        today=today,
        audience=facts.audience,
        steps=facts.steps,
        may_change=not facts.officer.roles.isdisjoint(CAMPAIGN_EDITORS),
        may_fund=not facts.officer.roles.isdisjoint(MONEY_ROLES),
    )
