"""Rewards as their partners send them, whole or as a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from app.core.ids import parse_public_id
from app.core.units import Points
from app.offers.proposals.errors import RewardUnfit
from app.offers.proposals.terms import (
    LONGEST_DESCRIPTION,
    LONGEST_KIND,
    LONGEST_TITLE,
    MOST_BLACKOUTS,
    RewardTerms,
)

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TITLE)]
Description = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_DESCRIPTION)]
Kind = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KIND)]
Adapter = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Source = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
RewardId = Annotated[str, msgspec.Meta(pattern=r"^rew_[0-9a-zA-Z]{1,40}$")]
Price = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Days = Annotated[int, msgspec.Meta(ge=1, le=366)]
Blackouts = Annotated[list[date], msgspec.Meta(max_length=MOST_BLACKOUTS)]


class RewardOrder(msgspec.Struct, frozen=True):
    """A new reward. Null is no limit; `blackout_on` are dates on which it can't be had.

    A voucher is good for `voucher_days`. If it takes more than `step_up_points`, null for the scheme's, residents must
    have signed in just now. A pass (leisure_pass, leisure_file) is good for `pass_days` from its first use and is put
    onto the card of `member_source`, an operator's source; `instead` is another reward of yours for members.
    """

    title: Title
    description: Description
    kind: Kind
    points: Price
    adapter: Adapter = "voucher_code"
    stock: Count | None = None
    stock_per_day: Count | None = None
    blackout_on: Blackouts = []
    voucher_days: Days = 30
    step_up_points: Count | None = None
    paused: bool = False
    pass_days: Days | None = None
    member_source: Source | None = None
    instead: RewardId | None = None

    def to_terms(self) -> RewardTerms:
        return _read(msgspec.structs.asdict(self))


class RewardChange(msgspec.Struct, frozen=True):
    """What is to be otherwise; what is not named stays as it is, or as it was proposed already."""

    title: Title | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    points: Price | UnsetType = UNSET
    adapter: Adapter | UnsetType = UNSET
    stock: Count | UnsetType | None = UNSET
    stock_per_day: Count | UnsetType | None = UNSET
    blackout_on: Blackouts | UnsetType = UNSET
    voucher_days: Days | UnsetType = UNSET
    step_up_points: Count | UnsetType | None = UNSET
    paused: bool | UnsetType = UNSET
    pass_days: Days | UnsetType | None = UNSET
    member_source: Source | UnsetType | None = UNSET
    instead: RewardId | UnsetType | None = UNSET

    def change(self, terms: RewardTerms) -> RewardTerms:
        named = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}
        return _read(vars(replace(terms)) | named)


def _read(facts: dict[str, Any]) -> RewardTerms:
    read: dict[str, Any] = {"points": Points(facts["points"]), "blackout_on": tuple(facts["blackout_on"])}
    if isinstance(facts["instead"], str):
        read["instead"] = parse_public_id("rew", facts["instead"])
        if read["instead"] is None:
            raise RewardUnfit("instead", "This is no reward's id. GET /v1/partner/rewards lists yours.")
    return RewardTerms(**facts | read)
