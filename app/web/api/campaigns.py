"""Campaigns: what each was given to award, what is left of it, and the rules that spend from it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.audit import record_act
from app.core.clock import london_date
from app.core.units import Pence
from app.identity.permissions import CAMPAIGN_EDITORS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.ledger.rate import pence_behind, read_rate
from app.rulebook.campaigns import (
    LONGEST_TITLE,
    CampaignRead,
    change_campaign,
    get_campaign,
    list_campaigns,
    make_campaign,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import Call, SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["campaigns"])

as_campaign_editor = as_officer_with(*CAMPAIGN_EDITORS)

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]
IfMatch = Annotated[
    str, Header(alias="If-Match", description="The ETag of the campaign as you read it.", max_length=100)
]
_TAGGED = {"ETag": {"description": "Changes with the title and the dates.", "schema": {"type": "string"}}}


class CampaignOrder(msgspec.Struct, frozen=True):
    """A new campaign, from `starts_on` until `ends_on`, the first date on which it is over."""

    key: Annotated[str, msgspec.Meta(pattern=r"^cmp_[a-z0-9_]{1,60}$")]
    title: Title
    starts_on: date
    ends_on: date


class CampaignChange(msgspec.Struct, frozen=True):
    """What is to be otherwise; what is not named stays."""

    title: Title | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class SpendingRuleShape(Shape):
    """A rule that spends from the campaign."""

    id: str
    title: str


class AlarmShape(Shape):
    """`percent` of the points had been given at `reached_at`."""

    percent: int
    reached_at: datetime


class CampaignShape(Shape):
    """`status` is not_begun, running, spent or over. Pence are those behind the points at today's rate.

    `given_points` is net of what came back, `spent_percent` its share of `funded_points`, rounded down. A campaign
    that is spent awards nothing until it gets more points.
    """

    key: str
    title: str
    starts_on: date
    ends_on: date
    status: str
    funded_points: int
    given_points: int
    left_points: int
    given_pence: int
    left_pence: int
    spent_percent: int
    alarms: list[AlarmShape]
    rules: list[SpendingRuleShape]


class CampaignsShape(Shape):
    """By first date."""

    items: list[CampaignShape]


@router.get("/v1/campaigns", responses=declines(*SIGNED_IN))
def show_campaigns(call: SignedIn) -> CampaignsShape:
    """Every campaign. For officers with a role."""
    found, rate = call.run(as_officer, lambda session, _: (list_campaigns(session, now=call.now), read_rate(session)))
    return CampaignsShape(items=[present_campaign(campaign, rate, call) for campaign in found])


@router.get(
    "/v1/campaigns/{key}",
    response_model=CampaignShape,
    responses=declines(*SIGNED_IN, 404) | {200: {"headers": _TAGGED}},
)
def show_campaign(call: SignedIn, key: str) -> Response:
    """One campaign, with its ETag. For officers with a role."""
    found, rate = call.run(
        as_officer, lambda session, _: (get_campaign(session, key=key, now=call.now), read_rate(session))
    )
    return _tagged(found, rate, call)


@router.post(
    "/v1/campaigns",
    status_code=201,
    response_model=CampaignShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CampaignOrder)),
)
def open_one(call: SignedIn, body: Body, idempotency_key: IdempotencyKey = None) -> Response:
    """Open a campaign; it has no points until it is funded. For officers with the role editor or admin."""
    order = body.read(CampaignOrder)
    answer = run_once(
        call,
        as_campaign_editor,
        lambda session, officer: Answer(
            201,
            present_campaign(
                note_campaign(
                    *(session, officer, "campaign.opened"),
                    make_campaign(session, **msgspec.structs.asdict(order), now=call.now),
                    call.now,
                ),
                read_rate(session),
                call,
            ).model_dump(mode="json"),
        ),
        key=idempotency_key,
        sent=body,
    )
    return respond(answer)


@router.patch(
    "/v1/campaigns/{key}",
    response_model=CampaignShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 412, 413, 415, 422) | {200: {"headers": _TAGGED}},
    openapi_extra=takes(("application/json", CampaignChange)),
)
def change(call: SignedIn, key: str, body: Body, if_match: IfMatch) -> Response:
    """Change its title or dates, never its points. For officers with the role editor or admin."""
    order = body.read(CampaignChange)
    changed, rate = call.run(
        as_campaign_editor,
        lambda session, officer: (
            note_campaign(
                *(session, officer, "campaign.changed"),
                change_campaign(
                    session, key=key, revision=if_match.strip('"'), **msgspec.structs.asdict(order), now=call.now
                ),
                call.now,
            ),
            read_rate(session),
        ),
    )
    return _tagged(changed, rate, call)


def note_campaign(
    session: Session, officer: OfficerRead, act: str, campaign: CampaignRead, now: datetime
) -> CampaignRead:
    """Write down what the officer did to it, with the dates that it has now."""
    subject = f"campaign:{campaign.key}"
    facts = {"starts_on": campaign.starts_on.isoformat(), "ends_on": campaign.ends_on.isoformat()}
    record_act(session, actor=officer.actor, act=act, subject=subject, facts=facts, now=now)
    return campaign


def present_campaign(campaign: CampaignRead, rate: int, call: Call) -> CampaignShape:
    def behind(points: int) -> Pence:
        return pence_behind(points, rate=rate)

    return CampaignShape(
        key=campaign.key,
        title=campaign.title,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        status=campaign.status(london_date(call.now)),
        funded_points=campaign.funded_points,
        given_points=campaign.given_points,
        left_points=campaign.left_points,
        given_pence=behind(campaign.given_points),
        left_pence=behind(campaign.left_points),
        spent_percent=campaign.spent_percent,
        alarms=[AlarmShape(percent=one.percent, reached_at=one.reached_at) for one in campaign.alarms],
        rules=[SpendingRuleShape(id=rule.key, title=rule.title) for rule in campaign.rules],
    )


def _tagged(campaign: CampaignRead, rate: int, call: Call) -> Response:
    shown = present_campaign(campaign, rate, call).model_dump(mode="json")
    return JSONResponse(shown, headers={"ETag": f'"{campaign.revision}"'})
