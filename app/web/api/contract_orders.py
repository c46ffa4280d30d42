"""What is to be agreed with a partner, as officers send it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from app.core.units import Pence
from app.offers.contracts.queries import RewardRate
from app.offers.contracts.service import Proposal
from app.web.api.reward_shapes import read_reward_id

MOST_RATES = 50
Rate = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=50)]
Treatment = Literal["single_purpose", "multi_purpose", "free"]


class RewardRateOrder(msgspec.Struct, frozen=True):
    """What is paid for one reward, in the place of the usual rate."""

    reward: Annotated[str, msgspec.Meta(max_length=64)]
    rate_pence: Rate
    vat_treatment: Treatment
    vat_percent: Percent


class ContractOrder(msgspec.Struct, frozen=True):
    """Pence for each redemption from `starts_on` on, with the VAT in them; `funder` stands for it, on record.

    Without a funder the partner gives for nothing, and every rate is 0.
    """

    rate_pence: Rate
    vat_treatment: Treatment
    vat_percent: Percent
    starts_on: date
    funder: Annotated[int, msgspec.Meta(ge=1, le=2**62)] | None = None
    rates: Annotated[list[RewardRateOrder], msgspec.Meta(max_length=MOST_RATES)] = []

    def to_proposal(self) -> Proposal:
        """Raises RewardUnknown."""
        return Proposal(
            rate_pence=Pence(self.rate_pence),
            vat_treatment=self.vat_treatment,
            vat_percent=self.vat_percent,
            funder_id=self.funder,
            starts_on=self.starts_on,
            rates=tuple(
                RewardRate(read_reward_id(one.reward), Pence(one.rate_pence), one.vat_treatment, one.vat_percent)
                for one in self.rates
            ),
        )
