"""Campaigns as officers see them: what each may give, what it has given, and how long that lasts."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.identity.permissions import CAMPAIGN_EDITORS
from app.ledger.rate import read_rate
from app.rulebook.campaigns import list_campaigns
from app.web.api.campaigns import present_campaign
from app.web.callers import as_officer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)


@router.get("/officer/campaigns")
def show_campaigns(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    officer, found, rate = call.run(
        as_officer,
        lambda session, officer: (officer, list_campaigns(session, now=call.now), read_rate(session)),
    )
    return render(
        request,
        "council_campaigns.html",
        campaigns=[present_campaign(campaign, rate, call) for campaign in found],
        one_day=timedelta(days=1),
        may_open=not officer.roles.isdisjoint(CAMPAIGN_EDITORS),
    )
