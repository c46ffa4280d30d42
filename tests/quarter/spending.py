"""What people do with their points: vouchers that are redeemed, cancelled or forgotten, and gifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from sqlmodel import Session

from app.core.database import Database
from app.ledger.errors import InsufficientPoints
from app.offers.errors import OutOfStock
from app.offers.queries import RewardRead
from app.redemption.codes import VoucherCodes
from app.redemption.errors import AlreadyRedeemed, VoucherCancelled, VoucherExpired
from app.redemption.queries import VoucherRead
from app.redemption.service import cancel_redemption, redeem_reward, redeem_voucher
from partners.interface import PartnerAdapter
from tests.quarter.record import CANCELLED, EXPIRED, GIVEN, OPEN, REDEEMED, Record, Voucher

_REFUSALS = {REDEEMED: AlreadyRedeemed.code, CANCELLED: VoucherCancelled.code, EXPIRED: VoucherExpired.code, OPEN: ""}


@dataclass
class Spending:
    """`plans` has, by day, the vouchers that are to be used or given back on it, some of them a second time."""

    database: Database
    chance: Random
    record: Record
    codes: VoucherCodes
    adapters: Mapping[str, PartnerAdapter]
    offers: Mapping[str, RewardRead]
    plans: dict[date, list[tuple[UUID, str]]] = field(default_factory=lambda: defaultdict(list))
    resident_ids: dict[int, int] = field(default_factory=dict)

    def visit(self, person: int, resident_id: int, on: date, now: datetime) -> None:
        """One evening of one person, who on one day in six wants something."""
        if self.chance.randrange(6):
            return
        self.resident_ids[person] = resident_id
        name = self.chance.choice(("coffee", "coffee", "lunch", "gift"))
        offer = self.offers[name]
        try:
            voucher = self.database.in_transaction(lambda session: self._redeem(session, resident_id, offer, now))
        except InsufficientPoints as refusal:
            self.record.decline(refusal.code, rightly=refusal.available < offer.points)
            return
        except OutOfStock as refusal:
            out = sum(one.reward == name and one.status in {OPEN, REDEEMED} for one in self.record.vouchers.values())
            self.record.decline(refusal.code, rightly=out == offer.stock_seeded)
            return
        self.record.vouchers[voucher.id] = Voucher(
            *(person, name, offer.partner.id, offer.points, offer.cost_pence, voucher.code, voucher.expires_at),
            status=OPEN if voucher.code else GIVEN,
        )
        if voucher.code:
            self._plan(voucher.id, on)

    def end_some(self, on: date, now: datetime) -> None:
        """Do what was planned for the day; a voucher that has ended is refused for the right reason."""
        for voucher_id, wish in self.plans.pop(on, []):
            voucher = self.record.vouchers[voucher_id]
            ended = EXPIRED if voucher.status == OPEN and voucher.expires_at <= now else voucher.status
            try:
                self.database.in_transaction(lambda session: self._end(session, voucher_id, wish, now))  # noqa: B023 - runs at once
            except (AlreadyRedeemed, VoucherCancelled, VoucherExpired) as refusal:
                self.record.decline(refusal.code, rightly=refusal.code == _REFUSALS[ended])
            else:
                assert ended == OPEN
                voucher.status = wish

    def _plan(self, voucher_id: UUID, on: date) -> None:
        """One in four is forgotten; as many are tried again by somebody, whether they have ended or not."""
        drawn = self.chance.randrange(20)
        if drawn < 15:
            wish = REDEEMED if drawn < 11 else CANCELLED
            self.plans[on + timedelta(days=self.chance.randrange(6))].append((voucher_id, wish))
        if self.chance.randrange(4) == 0:
            wish = self.chance.choice((REDEEMED, CANCELLED))
            self.plans[on + timedelta(days=self.chance.randrange(9))].append((voucher_id, wish))

    def _redeem(self, session: Session, resident_id: int, offer: RewardRead, now: datetime) -> VoucherRead:
        return redeem_reward(
            session, resident_id=resident_id, reward=offer.public_id, codes=self.codes, adapters=self.adapters, now=now
        )

    def _end(self, session: Session, voucher_id: UUID, wish: str, now: datetime) -> None:
        voucher = self.record.vouchers[voucher_id]
        if wish == REDEEMED:
            assert voucher.code is not None
            redeem_voucher(session, partner_id=voucher.partner, code=voucher.code, codes=self.codes, now=now)
            return
        resident_id = self.resident_ids[voucher.person]
        cancel_redemption(session, resident_id=resident_id, redemption=voucher_id, codes=self.codes, now=now)
