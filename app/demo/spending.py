"""What people of the demonstration did with their points in its last days: vouchers redeemed, cancelled and open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.demo.chance import Chance
from app.demo.plan import COFFEE, LIMITED, MEADOW, REWARDS
from app.ledger.queries import get_balance
from app.offers.queries import PartnerRead, RewardRead
from app.redemption.service import cancel_redemption, redeem_reward, redeem_voucher
from app.residents.queries import ResidentRead
from app.web.runtime import Runtime

SPENDERS_FROM = 72
"""Residents before this place keep all they earned, so that enough of them can afford the reward with little stock."""


@dataclass(frozen=True)
class Spending:
    """Who may take what."""

    chance: Chance
    runtime: Runtime
    residents: Sequence[ResidentRead]
    partners: Sequence[PartnerRead]
    rewards: Sequence[RewardRead]

    def spend(self, session: Session, *, on: date, now: datetime) -> None:
        """One evening's vouchers, of those who can afford them."""
        for number in range(SPENDERS_FROM, len(self.residents)):
            if not self.chance.happens(7, "spends", number, on):
                continue
            choices = [place for place in (COFFEE, COFFEE, MEADOW, *range(len(REWARDS))) if place != LIMITED]
            reward = self.rewards[self.chance.pick(choices, "reward", number, on)]
            balance = get_balance(session, wallet_id=self.residents[number].id, now=now)
            if balance.available >= reward.points:
                self._take(session, number, reward, on=on, now=now)

    def _take(self, session: Session, number: int, reward: RewardRead, *, on: date, now: datetime) -> None:
        codes = self.runtime.voucher_codes
        resident_id = self.residents[number].id
        voucher = redeem_reward(
            session,
            resident_id=resident_id,
            reward=reward.public_id,
            codes=codes,
            adapters=self.runtime.adapters,
            now=now,
        )
        if voucher.code is None:
            return
        if self.chance.happens(70, "redeems", number, on):
            redeem_voucher(session, partner_id=reward.partner.id, code=voucher.code, codes=codes, now=now)
        elif self.chance.happens(30, "cancels", number, on):
            cancel_redemption(session, resident_id=resident_id, redemption=voucher.id, codes=codes, now=now)
