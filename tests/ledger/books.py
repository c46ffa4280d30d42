"""A small set of books for one promise at a time: a funded campaign, some wallets, and short ways to move points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger import queries, service
from app.ledger.chart import SCHEME, AccountKind, Unit, quarter_of
from app.ledger.expiry import expire_points
from app.ledger.posting import Award, Correction, post_awards, post_corrections
from app.ledger.verify import verify_ledger

WALLET, OTHER = 2**40 + 1, 2**40 + 2
FUNDER, CAMPAIGN, PARTNER = 71, 72, 73


def noon(year: int, month: int, day: int = 15) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


@dataclass
class Books:
    """`points` are in the budget, with as many pence behind them, from `since` on."""

    session: Session
    since: datetime
    points: int = 1000
    budget: int = field(init=False)
    events: int = 0

    def __post_init__(self) -> None:
        service.open_wallets(self.session, resident_ids=[WALLET, OTHER])
        service.pay_into_pot(self.session, funder_id=FUNDER, pence=Pence(self.points), now=self.since)
        service.fund_campaign(
            self.session, campaign_id=CAMPAIGN, points=Points(self.points), funder_id=FUNDER, now=self.since
        )
        self.budget = self.account(AccountKind.BUDGET, CAMPAIGN)

    def account(self, kind: AccountKind, owner: int = SCHEME, unit: Unit = Unit.POINTS) -> int:
        return service.open_account(self.session, kind=kind, unit=unit, owner=owner)

    def award(self, points: int, now: datetime, wallet: int = WALLET) -> int:
        self.events += 1
        post_awards(self.session, awards=[Award(self.events, self.budget, wallet, points, now)], now=now)
        return self.events

    def correct(self, *changes: int, quarter: int, now: datetime) -> None:
        batch = [Correction(self.events, 1, self.budget, WALLET, points, quarter, now) for points in changes]
        post_corrections(self.session, corrections=batch, now=now)

    def hold(self, points: int, now: datetime) -> int:
        return service.place_hold(self.session, wallet_id=WALLET, points=Points(points), now=now)

    def capture(self, hold_id: int, now: datetime, cost: int = 0) -> None:
        service.capture_hold(
            self.session,
            hold_id=hold_id,
            payee_kind=AccountKind.REDEEMED,
            payee_owner=SCHEME,
            partner_id=PARTNER,
            cost_pence=Pence(cost),
            now=now,
        )

    def spend(self, points: int, now: datetime) -> None:
        self.capture(self.hold(points, now), now)

    def release(self, hold_id: int, now: datetime) -> None:
        service.release_hold(self.session, hold_id=hold_id, now=now)

    def sweep(self, now: datetime) -> None:
        while expire_points(self.session, now=now) is not None:
            pass

    def live(self, now: datetime) -> list[int]:
        """Points that may be spent, by quarter, soonest to expire first."""
        return [each.points for each in self.balance(now).expiring]

    def balance(self, now: datetime) -> queries.Balance:
        return queries.get_balance(self.session, wallet_id=WALLET, now=now)

    def faults(self) -> set[str]:
        return {finding.check for finding in verify_ledger(self.session).findings}


def quarter(year: int, month: int) -> int:
    return quarter_of(noon(year, month))
