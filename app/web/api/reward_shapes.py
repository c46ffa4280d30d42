"""Rewards as their partners see them, and what waits to be decided about them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from app.core.ids import parse_public_id, public_id
from app.offers.errors import RewardUnknown
from app.offers.proposals.errors import ProposalUnknown
from app.offers.proposals.queries import OwnReward, ProposalRead
from app.offers.proposals.terms import RewardTerms
from app.web.api.answers import Shape


class RewardTermsShape(Shape):
    """What a reward is like, or is to be like. Null where there is no limit, or as the scheme has it.

    `pass_days`, `member_source` and `instead` are of passes that are put onto a member's card.
    """

    title: str
    description: str
    kind: str
    adapter: str
    points: int
    stock: int | None
    stock_per_day: int | None
    blackout_on: list[date]
    voucher_days: int
    step_up_points: int | None
    paused: bool
    pass_days: int | None
    member_source: str | None
    instead: str | None


class RewardProposalShape(Shape):
    """`reward` and `in_force` are null for a new one; `reason` is an officer's for a refusal.

    `decision`: null while it waits, approved, refused, withdrawn, or replaced by a later proposal.
    """

    id: str
    partner: str
    partner_name: str
    reward: str | None
    in_force: RewardTermsShape | None
    wanted: RewardTermsShape
    proposed_at: datetime
    decision: str | None
    decided_at: datetime | None
    reason: str | None


class OwnRewardShape(RewardTermsShape):
    """What is in force, what is left of it, and the change that waits. `revision` is sent as If-Match."""

    id: str
    stock_left: int | None
    revision: str
    waiting: RewardProposalShape | None


def read_reward_id(written: str) -> UUID:
    """Raises RewardUnknown."""
    uuid = parse_public_id("rew", written)
    if uuid is None:
        raise RewardUnknown
    return uuid


def read_proposal_id(written: str) -> UUID:
    """Raises ProposalUnknown."""
    uuid = parse_public_id("rpr", written)
    if uuid is None:
        raise ProposalUnknown
    return uuid


def present_proposal(proposal: ProposalRead) -> RewardProposalShape:
    return RewardProposalShape(
        id=public_id("rpr", proposal.public_id),
        partner=public_id("prt", proposal.partner.public_id),
        partner_name=proposal.partner.name,
        reward=public_id("rew", proposal.reward) if proposal.reward else None,
        in_force=_present(proposal.in_force) if proposal.in_force else None,
        wanted=_present(proposal.wanted),
        proposed_at=proposal.proposed_at,
        decision=proposal.decision,
        decided_at=proposal.decided_at,
        reason=proposal.reason,
    )


def present_own_reward(own: OwnReward) -> OwnRewardShape:
    return OwnRewardShape(
        **_present(own.terms).model_dump(),
        id=public_id("rew", own.reward.public_id),
        stock_left=own.reward.stock_left,
        revision=own.revision,
        waiting=present_proposal(own.waiting) if own.waiting else None,
    )


def _present(terms: RewardTerms) -> RewardTermsShape:
    instead = public_id("rew", terms.instead) if terms.instead else None
    return RewardTermsShape(**vars(terms) | {"blackout_on": list(terms.blackout_on), "instead": instead})
