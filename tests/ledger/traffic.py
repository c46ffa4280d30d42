"""One client of many that post, hold, capture, release and correct at once, on the same few accounts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.ids import take_ids
from app.core.units import Pence, Points
from app.ledger import service
from app.ledger.chart import SCHEME, AccountKind, Unit, quarter_of
from app.ledger.decisions import Decision
from app.ledger.errors import HoldResolved, InsufficientPoints, NothingToReverse, PotTooSmall
from app.ledger.posting import Award, Correction, lock_budgets, post_awards, post_corrections
from app.ledger.reversals import reverse_awards

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUARTER_BEFORE = NOW - timedelta(days=92)
FUNDER = 1
HOT, COLD = 11, 12
WALLETS = [2**40 + number for number in range(60)]
HOT_WALLETS = WALLETS[:3]


def open_books(session: Session, *, points: int) -> None:
    """Wallets and two campaigns' budgets; accounts that points go to are opened by whoever comes first."""
    service.open_wallets(session, resident_ids=WALLETS)
    service.pay_into_pot(session, funder_id=FUNDER, pence=Pence(points * 3), now=QUARTER_BEFORE)
    for campaign in (HOT, COLD):
        service.fund_campaign(
            session, campaign_id=campaign, points=Points(points), funder_id=FUNDER, now=QUARTER_BEFORE
        )


@dataclass
class Client:
    """Chooses by `seed`; counts what was committed in `done`, and what was declined in the ordinary course."""

    database: Database
    seed: int
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311 - chooses work, hides nothing

    def work(self, steps: int) -> Counter[str]:
        kinds = (
            self.award,
            self.award,
            self.award,
            self.correct,
            self.hold,
            self.buy,
            self.capture,
            self.release,
            self.reverse,
        )
        for step in range(steps):
            serve = self.fund if step % 20 == 0 else self.chance.choice(kinds)
            try:
                self.done += self.database.in_transaction(serve)
            except (InsufficientPoints, HoldResolved, PotTooSmall, NothingToReverse) as refusal:
                self.done[refusal.code] += 1
        return self.done

    def now(self) -> datetime:
        return self.chance.choice((NOW, QUARTER_BEFORE))

    def wallets(self, most: int) -> list[int]:
        return [self.chance.choice(self.chance.choice((WALLETS, HOT_WALLETS))) for _ in range(most)]

    def budgets(self, session: Session) -> list[int]:
        return [
            service.open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign)
            for campaign in self.chance.choice(((HOT,), (COLD,), (HOT, COLD), (COLD, HOT)))
        ]

    def award(self, session: Session) -> Counter[str]:
        budgets = self.budgets(session)
        left = lock_budgets(session, account_ids=budgets)
        awards = []
        for event, wallet in zip(take_ids(session, 25), self.wallets(25), strict=True):
            budget = self.chance.choice(budgets)
            points = min(self.chance.randint(1, 9), left[budget])
            if points:
                awards.append(Award(event, budget, wallet, points, NOW))
                left[budget] -= points
        post_awards(session, awards=awards, now=self.now())
        return Counter(awarded=sum(award.points for award in awards), batches=1)

    def correct(self, session: Session) -> Counter[str]:
        budgets = self.budgets(session)
        left = lock_budgets(session, account_ids=budgets)
        corrections = []
        for event, wallet in zip(take_ids(session, 6), self.wallets(6), strict=True):
            budget = self.chance.choice(budgets)
            points = min(self.chance.randint(-9, 4), left[budget])
            left[budget] -= max(points, 0)
            corrections.append(Correction(event, 1, budget, wallet, points, quarter_of(self.now()), NOW))
        post_corrections(session, corrections=corrections, now=NOW)
        return Counter(corrections=len(corrections))

    def fund(self, session: Session) -> Counter[str]:
        service.fund_campaign(session, campaign_id=HOT, points=Points(50), funder_id=FUNDER, now=NOW)
        return Counter(funded=50)

    def hold(self, session: Session) -> Counter[str]:
        [wallet] = self.wallets(1)
        service.place_hold(session, wallet_id=wallet, points=Points(self.chance.randint(1, 15)), now=NOW)
        return Counter(held=1)

    def buy(self, session: Session) -> Counter[str]:
        [wallet] = self.wallets(1)
        points = self.chance.randint(1, 9)
        self.spend(session, service.place_hold(session, wallet_id=wallet, points=Points(points), now=NOW), cost=1)
        return Counter(bought=1)

    def capture(self, session: Session) -> Counter[str]:
        for hold_id in self.open_holds(session, 1):
            self.spend(session, hold_id, cost=0)
        return Counter(captured=1)

    def release(self, session: Session) -> Counter[str]:
        service.release_holds(session, hold_ids=self.open_holds(session, 4), now=NOW)
        return Counter(released=1)

    def reverse(self, session: Session) -> Counter[str]:
        """One of the first awards, so that two officers often want the same."""
        found = session.execute(
            text("SELECT event_id, credit, debit, amount FROM ledger_transfers WHERE kind = 1 ORDER BY id LIMIT 80")
        ).all()
        if not found:
            return Counter()
        event, wallet, budget, points = self.chance.choice(found)
        decision = Decision(1, "Not theirs.")
        reverse_awards(*(session,), wallet_id=wallet, event_id=event, most={budget: points}, decision=decision, now=NOW)
        return Counter(reversed=1)

    def spend(self, session: Session, hold_id: int, *, cost: int) -> None:
        kind, owner = self.chance.choice(((AccountKind.REDEEMED, SCHEME), (AccountKind.COMMUNITY_GROUP, 5)))
        service.capture_hold(
            session,
            hold_id=hold_id,
            payee_kind=kind,
            payee_owner=owner,
            partner_id=self.chance.choice((5, 6)),
            cost_pence=Pence(cost),
            now=NOW,
        )

    def open_holds(self, session: Session, most: int) -> list[int]:
        found = session.execute(text("SELECT id FROM ledger_holds WHERE state = 1 ORDER BY id")).scalars().all()
        return self.chance.sample(list(found), min(most, len(found)))


def run_client(database_url: str, seed: int, steps: int) -> Counter[str]:
    """Work as a process of its own would: with its own connection."""
    database = Database(database_url, scheme="leeds", pool_size=1)
    try:
        return Client(database, seed).work(steps)
    finally:
        database.dispose()
