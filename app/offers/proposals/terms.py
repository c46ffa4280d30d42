"""What a reward is to be like, whole, as a partner proposes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import msgspec

from app.core.units import Points
from app.offers.proposals.errors import RewardUnfit
from app.offers.queries import RewardRead

LONGEST_TITLE: Final = 100
LONGEST_DESCRIPTION: Final = 500
LONGEST_KIND: Final = 40
MOST_BLACKOUTS: Final = 100


@dataclass(frozen=True)
class RewardTerms:
    """`stock` is of all time, `stock_per_day` of a day in Leeds; None has no limit. On `blackout_on` it can't be had.

    More than `step_up_points` takes a recent sign-in, None as the scheme has it. `paused`: it is not to be had.
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


def read_terms(reward: RewardRead) -> RewardTerms:
    """Those in force; paused is the reward's own pause, not its partner's stop."""
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
    return replace(terms, title=said["title"], description=said["description"], kind=said["kind"], blackout_on=dates)


def dump_terms(terms: RewardTerms) -> dict[str, Any]:
    """As it is stored."""
    stored: dict[str, Any] = msgspec.to_builtins(terms)
    return stored


def load_terms(stored: dict[str, Any]) -> RewardTerms:
    """What was stored."""
    return msgspec.convert(stored, RewardTerms)
