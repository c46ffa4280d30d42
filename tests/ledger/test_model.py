"""The ledger and its plain-Python model side by side, through whatever hypothesis thinks of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import Refusal
from app.core.units import Pence, Points
from app.ledger import queries, service
from app.ledger.chart import SCHEME, AccountKind, Unit
from app.ledger.errors import LedgerError
from app.ledger.expiry import expire_points
from app.ledger.posting import Award, Correction, lock_budgets, post_awards, post_corrections
from app.ledger.verify import verify_ledger
from tests.ledger.model import Model, ModelHold, Refused, quarter_at

T = TypeVar("T")

FUNDER, PARTNER, GROUP = 91, 92, 93
CAMPAIGNS = {"litter": 81, "buses": 82}
NAMES = {
    (AccountKind.BUDGET, Unit.POINTS, 81): "litter",
    (AccountKind.BUDGET, Unit.POINTS, 82): "buses",
    (AccountKind.REDEEMED, Unit.POINTS, SCHEME): "redeemed",
    (AccountKind.COMMUNITY_GROUP, Unit.POINTS, GROUP): "group",
    (AccountKind.BREAKAGE, Unit.POINTS, SCHEME): "breakage",
    (AccountKind.RECEIVABLE, Unit.POINTS, SCHEME): "receivable",
    (AccountKind.ISSUANCE, Unit.POINTS, SCHEME): "issued points",
    (AccountKind.ISSUANCE, Unit.PENCE, SCHEME): "issued pence",
    (AccountKind.POT, Unit.PENCE, FUNDER): "pot",
    (AccountKind.BACKING, Unit.PENCE, SCHEME): "backing",
    (AccountKind.PAYABLE, Unit.PENCE, PARTNER): "partner",
}
PAYEES = {"redeemed": (AccountKind.REDEEMED, SCHEME), "group": (AccountKind.COMMUNITY_GROUP, GROUP)}

WALLETS = st.integers(1, 4).map(lambda number: 2**40 + number)
NOBODY = 2**41
FEW = st.integers(1, 60)
BUDGETS = st.sampled_from(sorted(CAMPAIGNS))
BALANCES = text("""
    SELECT kind, unit, owner, posted, held, ARRAY[lot_0, lot_1, lot_2, lot_3, lot_4, lot_5, lot_6, lot_7] AS lots
    FROM ledger_accounts
""")


def modelled_refusal(modelled: Callable[[], object]) -> Refused | None:
    try:
        modelled()
    except Refused as refused:
        return refused
    return None


class LedgerMachine(RuleBasedStateMachine):
    """Does everything twice, in one transaction that is rolled back at the end."""

    database: ClassVar[Database]
    holds: Bundle[int] = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.engine)
        self.model = Model()
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.next_event = 1

    def teardown(self) -> None:
        try:
            assert verify_ledger(self.session).findings == ()
        finally:
            self.session.rollback()
            self.session.close()

    def both(self, real: Callable[[], T], modelled: Callable[[], object]) -> T | None:
        """Do the same in both, and expect the same refusal with the same facts, or none."""
        expected = modelled_refusal(modelled)
        reply: T | None = None
        refusal: Exception | None = None
        try:
            with self.session.begin_nested():
                reply = real()
        except (Refusal, LedgerError) as raised:
            refusal = raised
        if expected is None:
            assert refusal is None, f"the model would have done it: {refusal!r}"
        else:
            assert type(refusal).__name__ == expected.name
            facts = vars(refusal)
            assert {name: facts[name] for name in expected.facts} == expected.facts
        return reply

    @initialize()
    def open_campaigns(self) -> None:
        self.budgets = {
            name: service.open_account(self.session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign)
            for name, campaign in CAMPAIGNS.items()
        }

    @initialize(wallets=st.sets(WALLETS, min_size=1))
    def open_wallets(self, wallets: set[int]) -> None:
        for wallet in sorted(wallets):
            service.open_wallet(self.session, resident_id=wallet)
            self.model.wallets[wallet] = Counter()

    @initialize(points=st.integers(1, 900), spare=FEW)
    def begin_with_money(self, points: int, spare: int) -> None:
        self.pay_in(2 * points + spare)
        self.fund("litter", points)
        self.fund("buses", points)

    @rule(pence=FEW)
    def pay_in(self, pence: int) -> None:
        service.pay_into_pot(self.session, funder_id=FUNDER, pence=Pence(pence), now=self.now)
        self.model.pay_in(pence)

    @rule(budget=BUDGETS, points=FEW)
    def fund(self, budget: str, points: int) -> None:
        self.both(
            lambda: service.fund_campaign(
                self.session, campaign_id=CAMPAIGNS[budget], points=Points(points), funder_id=FUNDER, now=self.now
            ),
            lambda: self.model.fund(budget, points, self.now),
        )

    @rule(days=st.sampled_from([92, 1, 20, 61, 92, 92, 200, 400]), how=st.sampled_from(["forget", "sweep"]))
    def wait(self, days: int, how: str) -> None:
        self.now += timedelta(days=days)
        if how == "sweep":
            while expire_points(self.session, now=self.now, limit=2) is not None:
                pass
            self.model.sweep(self.now)

    @rule(awards=st.lists(st.tuples(BUDGETS, WALLETS | st.just(NOBODY), FEW), max_size=6))
    def award_any(self, awards: list[tuple[str, int, int]]) -> None:
        self.award(awards)

    @rule(data=st.data(), points=st.lists(st.integers(1, 40), min_size=1, max_size=8))
    def award_known(self, data: st.DataObject, points: list[int]) -> None:
        known = st.sampled_from(sorted(self.model.wallets))
        self.award([(data.draw(BUDGETS), data.draw(known), each) for each in points])

    @rule(data=st.data(), points=FEW)
    def award_one_and_wait_a_quarter(self, data: st.DataObject, points: int) -> None:
        self.award([(data.draw(BUDGETS), data.draw(st.sampled_from(sorted(self.model.wallets))), points)])
        self.wait(92, "forget")

    def award(self, awards: list[tuple[str, int, int]]) -> None:
        first, self.next_event = self.next_event, self.next_event + len(awards)
        batch = [
            Award(first + place, self.budgets[budget], wallet, points, self.now)
            for place, (budget, wallet, points) in enumerate(awards)
        ]
        self.both(
            lambda: post_awards(self.session, awards=batch, now=self.now), lambda: self.model.award(awards, self.now)
        )

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        known = st.sampled_from(sorted(self.model.wallets))
        ages = st.integers(0, 9).map(lambda age: quarter_at(self.now) - age)
        corrections = data.draw(st.lists(st.tuples(BUDGETS, known, st.integers(-50, 50), ages), max_size=5))
        batch = [
            Correction(self.next_event + place, 1, self.budgets[budget], wallet, points, quarter, self.now)
            for place, (budget, wallet, points, quarter) in enumerate(corrections)
        ]
        self.next_event += len(batch)
        self.both(
            lambda: post_corrections(self.session, corrections=batch, now=self.now),
            lambda: self.model.correct(corrections, self.now),
        )

    @rule(target=holds, wallet=WALLETS | st.just(NOBODY), points=FEW)
    def hold(self, wallet: int, points: int) -> int | MultipleResults[int]:
        made: list[ModelHold] = []
        hold_id = self.both(
            lambda: service.place_hold(self.session, wallet_id=wallet, points=Points(points), now=self.now),
            lambda: made.append(self.model.hold(wallet, points, self.now)),
        )
        if hold_id is None:
            return multiple()
        self.model.holds[hold_id] = made[0]
        return hold_id

    @rule(hold_id=holds, payee=st.sampled_from(sorted(PAYEES)), cost=st.integers(0, 60))
    def capture(self, hold_id: int, payee: str, cost: int) -> None:
        kind, owner = PAYEES[payee]
        self.both(
            lambda: service.capture_hold(
                self.session,
                hold_id=hold_id,
                payee_kind=kind,
                payee_owner=owner,
                partner_id=PARTNER,
                cost_pence=Pence(cost),
                now=self.now,
            ),
            lambda: self.model.capture(hold_id, payee, "partner", cost),
        )

    @rule(hold_ids=st.lists(holds, min_size=1, max_size=3, unique=True))
    def release(self, hold_ids: list[int]) -> None:
        self.both(
            lambda: service.release_holds(self.session, hold_ids=hold_ids, now=self.now),
            lambda: self.model.release(hold_ids, self.now),
        )

    @rule(hold_id=st.just(NOBODY))
    def release_nothing(self, hold_id: int) -> None:
        self.both(
            lambda: service.release_hold(self.session, hold_id=hold_id, now=self.now),
            lambda: self.model.release([hold_id], self.now),
        )

    @rule(data=st.data())
    def read_a_balance(self, data: st.DataObject) -> None:
        wallet = data.draw(st.sampled_from(sorted(self.model.wallets)))
        balance = queries.get_balance(self.session, wallet_id=wallet, now=self.now)
        assert balance.available == self.model.available(wallet, self.now)
        assert balance.held == self.model.held(wallet)
        assert [(each.points, each.on) for each in balance.expiring] == self.model.expiring(wallet, self.now)

    @rule()
    def ask_what_budgets_have_left(self) -> None:
        left = lock_budgets(self.session, account_ids=list(self.budgets.values()))
        assert left == {number: self.model.others[name] for name, number in self.budgets.items()}

    @invariant()
    def every_account_stands_as_modelled(self) -> None:
        for kind, unit, owner, posted, held, lots in self.session.execute(BALANCES):
            if kind != AccountKind.WALLET:
                assert (posted, held, sum(lots)) == (
                    self.model.others[NAMES[AccountKind(kind), Unit(unit), owner]],
                    0,
                    0,
                )
                continue
            expected = [0] * 8
            for quarter, points in self.model.wallets[owner].items():
                expected[quarter % 8] += points
            assert (lots, held) == (expected, self.model.held(owner))
            assert posted == held + sum(lots)


def run_machine(database: Database, *, examples: int, steps: int) -> None:
    class Machine(LedgerMachine):
        pass

    Machine.database = database
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=steps))


def test_the_ledger_answers_as_its_model_does(shared_database: Database) -> None:
    run_machine(shared_database, examples=30, steps=40)


@pytest.mark.nightly
def test_the_ledger_answers_as_its_model_does_at_length(shared_database: Database) -> None:
    run_machine(shared_database, examples=1000, steps=80)
