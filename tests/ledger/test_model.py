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
from app.ledger.decisions import Decision
from app.ledger.errors import LedgerError
from app.ledger.expiry import expire_points
from app.ledger.posting import Award, Correction, lock_budgets, post_awards, post_corrections
from app.ledger.rate import change_rate, count_outstanding
from app.ledger.reversals import TakenBack, claw_back, reverse_awards
from app.ledger.verify import verify_ledger
from tests.ledger.model import Model, ModelHold, Refused, quarter_at

T = TypeVar("T")

FUNDERS = {"pot 1": 90, "pot 2": 91}
PARTNER, GROUP, OFFICER = 92, 93, 94
CAMPAIGNS = {"litter": 81, "buses": 82}
NAMES = {
    (AccountKind.BUDGET, Unit.POINTS, 81): "litter",
    (AccountKind.BUDGET, Unit.POINTS, 82): "buses",
    (AccountKind.REDEEMED, Unit.POINTS, SCHEME): "redeemed",
    (AccountKind.COMMUNITY_GROUP, Unit.POINTS, GROUP): "group",
    (AccountKind.BREAKAGE, Unit.POINTS, SCHEME): "breakage",
    (AccountKind.ISSUANCE, Unit.POINTS, SCHEME): "issued points",
    (AccountKind.ISSUANCE, Unit.PENCE, SCHEME): "issued pence",
    (AccountKind.POT, Unit.PENCE, 90): "pot 1",
    (AccountKind.POT, Unit.PENCE, 91): "pot 2",
    (AccountKind.BACKING, Unit.PENCE, SCHEME): "backing",
    (AccountKind.PAYABLE, Unit.PENCE, PARTNER): "partner",
}
PAYEES = {"redeemed": (AccountKind.REDEEMED, SCHEME), "group": (AccountKind.COMMUNITY_GROUP, GROUP)}

WALLETS = st.integers(1, 4).map(lambda number: 2**40 + number)
NOBODY = 2**41
FEW = st.integers(1, 60)
BUDGETS = st.sampled_from(sorted(CAMPAIGNS))
POTS = st.sampled_from(sorted(FUNDERS))
DECISION = Decision(OFFICER, "The machine decides.")
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
        for funder in FUNDERS.values():  # in this order, so that the model's tie between pots is the ledger's
            service.open_account(self.session, kind=AccountKind.POT, unit=Unit.PENCE, owner=funder)

    @initialize(wallets=st.sets(WALLETS, min_size=1))
    def open_wallets(self, wallets: set[int]) -> None:
        for wallet in sorted(wallets):
            service.open_wallet(self.session, resident_id=wallet)
            self.model.wallets[wallet] = Counter()

    @initialize(points=st.integers(1, 900), spare=FEW)
    def begin_with_money(self, points: int, spare: int) -> None:
        self.pay_in("pot 1", points + spare)
        self.pay_in("pot 2", points)
        self.fund("pot 1", "litter", points)
        self.fund("pot 2", "buses", points)

    @rule(pot=POTS, pence=FEW)
    def pay_in(self, pot: str, pence: int) -> None:
        service.pay_into_pot(self.session, funder_id=FUNDERS[pot], pence=Pence(pence), now=self.now)
        self.model.pay_in(pot, pence)

    @rule(pot=POTS, budget=BUDGETS, points=FEW)
    def fund(self, pot: str, budget: str, points: int) -> None:
        self.both(
            lambda: service.fund_campaign(
                self.session, campaign_id=CAMPAIGNS[budget], points=Points(points), funder_id=FUNDERS[pot], now=self.now
            ),
            lambda: self.model.fund(pot, budget, points, self.now),
        )

    @rule(pot=POTS, to=st.sampled_from([100, 90, 101, 133, 150]), least=st.sampled_from([0, 0, 95]))
    def change_the_rate(self, pot: str, to: int, least: int) -> None:
        self.both(
            lambda: change_rate(self.session, to=to, least=least, funder_id=FUNDERS[pot], now=self.now),
            lambda: self.model.change_rate(pot, to, least),
        )

    @rule(days=st.sampled_from([92, 1, 20, 61, 92, 92, 200, 400]), how=st.sampled_from(["forget", "sweep"]))
    def wait(self, days: int, how: str) -> None:
        self.now += timedelta(days=days)
        if how == "sweep":
            while expire_points(self.session, now=self.now, limit=2) is not None:
                pass
            self.model.sweep(self.now, 2)

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
            lambda: post_awards(self.session, awards=batch, now=self.now),
            lambda: self.model.award(awards, self.now, first),
        )

    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        known = st.sampled_from(sorted(self.model.wallets))
        ages = st.integers(0, 9).map(lambda age: quarter_at(self.now) - age)
        corrections = data.draw(
            st.lists(st.tuples(BUDGETS, known, st.integers(-50, 50), ages, st.sampled_from([0, 0, 0, 10])), max_size=5)
        )
        first = self.next_event
        batch = [
            Correction(first + place, 1, self.budgets[budget], wallet, points, quarter, self.now, earned)
            for place, (budget, wallet, points, quarter, earned) in enumerate(corrections)
        ]
        self.next_event += len(batch)
        self.both(
            lambda: post_corrections(self.session, corrections=batch, now=self.now),
            lambda: self.model.correct(corrections, self.now, first),
        )

    @rule(data=st.data(), points=st.integers(1, 40), spent=st.integers(1, 40))
    def spend_take_back_and_give_again(self, data: st.DataObject, points: int, spent: int) -> None:
        """What makes a write-off, and an upward refold after it."""
        budget, wallet = data.draw(BUDGETS), data.draw(st.sampled_from(sorted(self.model.wallets)))
        self.award([(budget, wallet, points)])
        hold_id = self.hold(wallet, spent)
        if isinstance(hold_id, int):
            self.capture(hold_id, "redeemed", spent)
        quarter = quarter_at(self.now)
        for change in data.draw(st.permutations([-points, -points, points])):
            correction = Correction(self.next_event, 1, self.budgets[budget], wallet, change, quarter, self.now)
            event, self.next_event = self.next_event, self.next_event + 1
            self.both(
                lambda each=correction: post_corrections(self.session, corrections=[each], now=self.now),  # type: ignore[misc] # bound at once
                lambda each=change, event=event: self.model.correct(  # type: ignore[misc] # the same
                    [(budget, wallet, each, quarter, 0)], self.now, event
                ),
            )

    @rule(data=st.data(), most=st.integers(1, 60))
    def reverse(self, data: st.DataObject, most: int) -> None:
        """Mostly an event that gave something, and its own wallet."""
        gave = sorted((event, given[0].wallet) for event, given in self.model.gave.items() if given)
        event, wallet = data.draw(st.sampled_from([*gave[-4:], (self.next_event, min(self.model.wallets))]))
        back: list[TakenBack] = []
        told: list[tuple[int, int]] = []
        self.both(
            lambda: back.append(
                reverse_awards(
                    self.session,
                    wallet_id=wallet,
                    event_id=event,
                    most=dict.fromkeys(self.budgets.values(), most),
                    decision=DECISION,
                    now=self.now,
                )
            ),
            lambda: told.append(self.model.reverse(event, wallet, dict.fromkeys(self.budgets, most), self.now)),
        )
        assert [(each.taken, each.written_off) for each in back] == told

    @rule(data=st.data(), points=FEW)
    def take_back_in_place_of_what_was_spent(self, data: st.DataObject, points: int) -> None:
        """Mostly an event that something was written off for."""
        known = sorted((event, self.model.loser[event]) for (event, _), lost in self.model.lost.items() if lost)
        event, wallet = data.draw(st.sampled_from([*known[-4:], (0, min(self.model.wallets))]))
        self.award([("litter", wallet, points)])
        in_order = sorted(self.budgets, key=self.budgets.__getitem__)
        self.both(
            lambda: claw_back(
                self.session, wallet_id=wallet, event_id=event, points=Points(points), decision=DECISION, now=self.now
            ),
            lambda: self.model.claw_back(event, wallet, points, in_order, self.now),
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
        assert left == {number: self.model.left(name) for name, number in self.budgets.items()}

    @invariant()
    def every_point_that_can_be_spent_has_its_money_behind_it(self) -> None:
        assert count_outstanding(self.session) == self.model.outstanding()
        assert self.model.others["backing"] * 100 >= self.model.outstanding() * self.model.rate

    @invariant()
    def every_account_stands_as_modelled(self) -> None:
        for kind, unit, owner, posted, held, lots in self.session.execute(BALANCES):
            if kind != AccountKind.WALLET:
                receivable = kind == AccountKind.RECEIVABLE
                name = f"owed {owner}" if receivable else NAMES[AccountKind(kind), Unit(unit), owner]
                expected = self.model.others[name]
                withheld = expected - self.model.left(name) if kind == AccountKind.BUDGET else 0
                assert (name, posted, held, sum(lots)) == (name, expected, withheld, 0)
                continue
            ring = [0] * 8
            for quarter, points in self.model.wallets[owner].items():
                ring[quarter % 8] += points
            assert (lots, held) == (ring, self.model.held(owner))
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
