"""Spending many points takes a recent sign-in: whoever finds an open browser, or takes a cookie, gets little."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app.core.ids import public_id
from app.identity.sign_in_errors import StepUpNeeded
from app.identity.tokens import Claims
from app.offers.queries import RewardRead, get_reward
from app.residents.queries import ResidentRead
from app.web.callers import Call, as_resident

RECENT = timedelta(minutes=15)


def as_spender(call: Call, *, reward: UUID) -> Callable[[Session, Claims], ResidentRead]:
    """The resolver of a resident who may take `reward` now. Access tokens, which no cookie thief has, are let through.

    Raises StepUpNeeded, or RewardUnknown.
    """

    def resolve(session: Session, claims: Claims) -> ResidentRead:
        resident = as_resident(session, claims)
        recent = claims.proved_at is None or call.now - claims.proved_at <= RECENT
        if not recent and _is_dear(get_reward(session, public_id=reward), call.runtime.settings.step_up_points):
            raise StepUpNeeded(
                within_minutes=int(RECENT.total_seconds()) // 60,
                sign_in_at=f"/sign-in/again?back=/rewards/{public_id('rew', reward)}",
            )
        return resident

    return resolve


def _is_dear(reward: RewardRead, most_points: int) -> bool:
    """By the scheme's limit, or by the reward's own where that is lower."""
    own = most_points if reward.step_up_points is None else reward.step_up_points
    return reward.points > min(own, most_points)
