"""A small scheme for the tests of redemption: a café, a community group, funded points and residents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Barrier
from typing import Literal, TypeVar

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import Refusal
from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, Unit
from app.ledger.posting import Award, post_awards
from app.ledger.queries import Balance, get_balance
from app.ledger.service import fund_campaign, open_account, pay_into_pot
from app.ledger.verify import verify_ledger
from app.offers.queries import PartnerRead, RewardRead, get_reward
from app.offers.service import add_partner, add_reward
from app.redemption.codes import VoucherCodes
from app.redemption.queries import TillVoucher, VoucherRead, get_redemption
from app.redemption.service import cancel_redemption, expire_due_vouchers, redeem_reward, redeem_voucher
from app.redemption.stock_checks import find_stock_drift
from app.redemption.verify import find_redemption_drift
from app.residents.service import enrol_resident
from partners.donation import Donation
from partners.in_memory import InMemory
from partners.interface import PartnerAdapter
from partners.registry import build_registry
from partners.voucher_code import VoucherCode

T = TypeVar("T")

CAMPAIGN = 7
FUNDER = 3


@dataclass
class Scheme:
    """`twin` is the partner that can be told to refuse; every method is a transaction of its own."""

    database: Database
    codes: VoucherCodes
    now: datetime
    twin: InMemory = field(default_factory=InMemory)

    def __post_init__(self) -> None:
        self.adapters: Mapping[str, PartnerAdapter] = build_registry([VoucherCode(), Donation(), self.twin])
        self.cafe = self.add_partner("Kirkgate Café", "business")
        self.group = self.add_partner("Friends of Gledhow Valley Woods", "community_group")

    def run(self, serve: Callable[[Session], T]) -> T:
        return self.database.in_transaction(serve)

    def add_partner(self, name: str, kind: Literal["business", "community_group"]) -> PartnerRead:
        return self.run(lambda session: add_partner(session, name=name, kind=kind, place="Leeds", now=self.now))

    def add_residents(self, count: int, points: int = 500) -> list[int]:
        """Residents with this many points each, given by a funded campaign."""

        def serve(session: Session) -> list[int]:
            residents = [
                enrol_resident(session, name="A", connection="live", ward=None, enrolled_at=self.now, now=self.now).id
                for _ in range(count)
            ]
            budget = open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=CAMPAIGN)
            total = count * points
            pay_into_pot(session, funder_id=FUNDER, pence=Pence(total), now=self.now)
            fund_campaign(session, campaign_id=CAMPAIGN, points=Points(total), funder_id=FUNDER, now=self.now)
            awards = [Award(number, budget, resident, points, self.now) for number, resident in enumerate(residents, 1)]
            post_awards(session, awards=awards, now=self.now)
            return residents

        return self.run(serve)

    def add_reward(
        self,
        *,
        partner: PartnerRead | None = None,
        points: int = 150,
        stock: int | None = None,
        adapter: str = "voucher_code",
    ) -> RewardRead:
        return self.run(
            lambda session: add_reward(
                session,
                partner_id=(partner or self.cafe).id,
                title="A hot drink",
                description="Any size.",
                kind="food",
                adapter=adapter,
                points=Points(points),
                cost_pence=Pence(points - 30),
                stock=stock,
                voucher_days=30,
                now=self.now,
            )
        )

    def take(self, resident: int, reward: RewardRead, *, codes: VoucherCodes | None = None) -> VoucherRead:
        return self.run(
            lambda session: redeem_reward(
                session,
                resident_id=resident,
                reward=reward.public_id,
                codes=codes or self.codes,
                adapters=self.adapters,
                now=self.now,
            )
        )

    def redeem(
        self, code: str | None, *, partner: PartnerRead | None = None, at: datetime | None = None
    ) -> TillVoucher:
        assert code is not None
        partner_id = (partner or self.cafe).id
        return self.run(
            lambda session: redeem_voucher(
                session, partner_id=partner_id, code=code, codes=self.codes, now=at or self.now
            )
        )

    def cancel(self, resident: int, voucher: VoucherRead, *, at: datetime | None = None) -> VoucherRead:
        return self.run(
            lambda session: cancel_redemption(
                session, resident_id=resident, redemption=voucher.id, codes=self.codes, now=at or self.now
            )
        )

    def sweep(self, at: datetime, limit: int = 500) -> int:
        return self.run(lambda session: expire_due_vouchers(session, now=at, limit=limit))

    def read(self, resident: int, voucher: VoucherRead, *, at: datetime | None = None) -> VoucherRead:
        return self.run(
            lambda session: get_redemption(
                session, resident_id=resident, redemption=voucher.id, codes=self.codes, now=at or self.now
            )
        )

    def balance(self, resident: int) -> Balance:
        return self.run(lambda session: get_balance(session, wallet_id=resident, now=self.now))

    def stock_left(self, reward: RewardRead) -> int | None:
        return self.run(lambda session: get_reward(session, public_id=reward.public_id)).stock_left

    def posted(self, kind: AccountKind, owner: int) -> int:
        """What the one account of this kind and owner has, in its own unit."""
        asked = text("SELECT coalesce(sum(posted), 0) FROM ledger_accounts WHERE kind = :kind AND owner = :owner")
        return self.run(lambda session: int(session.execute(asked, {"kind": kind, "owner": owner}).scalar_one()))

    def vouchers(self) -> int:
        return self.run(lambda session: int(session.execute(text("SELECT count(*) FROM redemptions")).scalar_one()))

    @staticmethod
    def find_faults(session: Session) -> tuple[object, ...]:
        """What is wrong with the books."""
        return (*verify_ledger(session).findings, *find_redemption_drift(session), *find_stock_drift(session))

    def verify(self) -> None:
        """The books must be whole, and nobody may have been saved by a retry after a deadlock."""
        assert self.run(self.find_faults) == ()
        asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        self.database.engine.dispose()  # a connection reports its numbers when it ends
        assert self.run(lambda session: session.execute(asked).scalar_one()) == 0


def run_together(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Run all calls at once, each in a thread of its own; a refusal is an outcome, anything else raised is a fault."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        start.wait(30)
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
