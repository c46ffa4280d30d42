"""A partner's own rewards: its owner proposes new ones and changes, which wait for an officer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.identity.queries import StaffRead
from app.ledger.commands import Answer
from app.offers.proposals.queries import OwnReward, get_own_reward, list_own_rewards
from app.offers.proposals.service import find_wanted, propose_change, propose_reward
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.reward_orders import RewardChange, RewardOrder
from app.web.api.reward_shapes import (
    OwnRewardShape,
    RewardProposalShape,
    present_own_reward,
    present_proposal,
    read_reward_id,
)
from app.web.callers import SignedIn, as_partner_owner, as_partner_staff
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["partner"])

IfMatch = Annotated[str, Header(alias="If-Match", description="The ETag of the reward as you read it.", max_length=100)]
_TAGGED = {"ETag": {"description": "Changes with the reward and what waits about it.", "schema": {"type": "string"}}}


class OwnRewardsShape(Shape):
    """Newest first, paused ones too."""

    items: list[OwnRewardShape]


@router.get("/v1/partner/rewards", responses=declines(*SIGNED_IN))
def show_rewards(call: SignedIn) -> OwnRewardsShape:
    """Your rewards, as they are and as they wait to be changed. For the partner's people."""
    found = call.run(as_partner_staff, lambda session, staff: list_own_rewards(session, partner_id=staff.partner_id))
    return OwnRewardsShape(items=[present_own_reward(own) for own in found])


@router.get(
    "/v1/partner/rewards/{id}",
    response_model=OwnRewardShape,
    responses=declines(*SIGNED_IN, 404) | {200: {"headers": _TAGGED}},
)
def show_reward(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """One of your rewards, with its ETag. For the partner's people."""
    wanted = read_reward_id(id)
    return _tag(
        call.run(
            as_partner_staff,
            lambda session, staff: get_own_reward(session, partner_id=staff.partner_id, reward=wanted),
        )
    )


@router.post(
    "/v1/partner/rewards",
    status_code=201,
    response_model=RewardProposalShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", RewardOrder)),
)
def propose(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose a new reward; it can be had once an officer has approved it. For owners of the partner."""
    terms, adapters = body.read(RewardOrder).to_terms(), call.runtime.adapters

    def serve(session: Session, staff: StaffRead) -> Answer:
        made = propose_reward(session, terms=terms, adapters=adapters, staff=staff, now=call.now)
        return Answer(201, present_proposal(made).model_dump(mode="json"))

    return respond(run_once(call, as_partner_owner, serve, key=key, sent=body))


@router.patch(
    "/v1/partner/rewards/{id}",
    response_model=OwnRewardShape,
    responses=declines(*SIGNED_IN, 400, 404, 412, 413, 415, 422) | {200: {"headers": _TAGGED}},
    openapi_extra=takes(("application/json", RewardChange)),
)
def change(call: SignedIn, id: str, body: Body, if_match: IfMatch) -> Response:  # noqa: A002 - the path's own word
    """Propose a change, in the place of one that waits; it holds once an officer has approved it. For owners."""
    wanted, order = read_reward_id(id), body.read(RewardChange)

    def serve(session: Session, staff: StaffRead) -> OwnReward:
        return propose_change(
            session,
            reward=wanted,
            revision=if_match.strip('"'),
            terms=order.change(find_wanted(session, reward=wanted, partner_id=staff.partner_id)),
            adapters=call.runtime.adapters,
            staff=staff,
            now=call.now,
        )

    return _tag(call.run(as_partner_owner, serve))


def _tag(own: OwnReward) -> Response:
    shown = present_own_reward(own).model_dump(mode="json")
    return JSONResponse(shown, headers={"ETag": f'"{own.revision}"'})
