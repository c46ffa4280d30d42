"""What a reward is to be like, whole, as a partner proposes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlmodel import Session

from app.core.units import Points
from app.offers.proposals.errors import RewardUnfit
from app.offers.queries import RewardRead
from app.offers.tables import Reward

LONGEST_TITLE: Final = 100
LONGEST_DESCRIPTION: Final = 500
LONGEST_KIND: Final = 40
MOST_BLACKOUTS: Final = 100
PASSES: Final = frozenset({"leisure_pass", "leisure_file"})
"""Adapters that put what they give onto a member's card."""


@dataclass(frozen=True)
class RewardTerms:
    """`stock` is of all time, `stock_per_day` of a day in Leeds; None has no limit. On `blackout_on` it can't be had.

    More than `step_up_points` takes a recent sign-in, None as the scheme has it. `paused`: it is not to be had.
    Of a pass, `pass_days` count from its first use, `member_source` is the operator onto whose card it is put, and
    `instead` another reward of the partner for those who are members already.
    """

    title: str
    description: str
    kind: str
    adapter: str
    points: Points
    stock: int | None
    stock_per_day: int | None
    blackout_on: tuple[date, ...]
    voucher_days: int
    step_up_points: int | None
    paused: bool
    pass_days: int | None = None
    member_source: str | None = None
    instead: UUID | None = None


def read_terms(session: Session, reward: RewardRead) -> RewardTerms:
    """Those in force; paused is the reward's own pause, not its partner's stop."""
    instead = session.get(Reward, reward.instead_reward_id) if reward.instead_reward_id else None
    return RewardTerms(
        title=reward.title,
        description=reward.description,
        kind=reward.kind,
        adapter=reward.adapter,
        points=reward.points,
        stock=reward.stock_seeded,
        stock_per_day=reward.stock_per_day,
        blackout_on=reward.blackout_on,
        voucher_days=reward.voucher_days,
        step_up_points=reward.step_up_points,
        paused=reward.paused_itself,
        pass_days=reward.pass_days,
        member_source=reward.member_source,
        instead=instead.public_id if instead else None,
    )


def tidy_terms(terms: RewardTerms) -> RewardTerms:
    """Without double spaces, dates in order and once. Raises RewardUnfit for what residents could not read."""
    said = {}
    for field, most in (("title", LONGEST_TITLE), ("description", LONGEST_DESCRIPTION), ("kind", LONGEST_KIND)):
        said[field] = " ".join(getattr(terms, field).split())
        if not said[field] or len(said[field]) > most or not said[field].isprintable():
            raise RewardUnfit(field, f"The {field} must have 1 to {most} visible characters.")
    dates = tuple(sorted(set(terms.blackout_on)))
    if len(dates) > MOST_BLACKOUTS:
        raise RewardUnfit("blackout_on", f"There can be {MOST_BLACKOUTS} blackout dates at most.")
    if terms.adapter in PASSES and (terms.member_source is None or terms.pass_days is None):
        missing = "member_source" if terms.member_source is None else "pass_days"
        raise RewardUnfit(
            missing, "A pass names the operator whose card it is put onto, and for how many days it is good."
        )
    return replace(terms, title=said["title"], description=said["description"], kind=said["kind"], blackout_on=dates)


def dump_terms(terms: RewardTerms) -> dict[str, Any]:
    """As it is stored."""
    stored: dict[str, Any] = msgspec.to_builtins(terms)
    return stored


def load_terms(stored: dict[str, Any]) -> RewardTerms:
    """What was stored."""
    return msgspec.convert(stored, RewardTerms)
