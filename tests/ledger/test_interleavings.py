"""Two connections in a scripted order: the second waits for the first, and then sees what it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, quarter_of
from app.ledger.decisions import Decision
from app.ledger.errors import HoldResolved, InsufficientPoints, NothingToReverse, PotTooSmall
from app.ledger.expiry import Swept, expire_points
from app.ledger.rate import change_rate, lock_rate, read_rate
from app.ledger.reversals import reverse_awards
from app.ledger.service import fund_campaign, pay_into_pot
from app.ledger.verify import verify_ledger
from tests.ledger.books import CAMPAIGN, FUNDER, WALLET, Books, noon

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
Act = Callable[[Books], object]


class Stage:
    """Two clients of one set of books."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        made = database.in_transaction(lambda session: Books(session, now, points=100))
        self.budget = made.budget

    def attach(self, session: Session) -> Books:
        books = Books.__new__(Books)
        books.session, books.since, books.points, books.budget, books.events = session, self.now, 100, self.budget, 1
        return books

    def do(self, act: Act) -> object:
        return self.database.in_transaction(lambda session: act(self.attach(session)))

    @contextmanager
    def while_open(self, first: Act, second: Act) -> Iterator[Future[object]]:
        """`second` begins when `first` is done and not committed; it must wait, until the block has been entered."""
        with ThreadPoolExecutor(1) as pool, Session(self.database.engine) as session:
            first(self.attach(session))
            later = pool.submit(self.do, second)
            deadline = time.monotonic() + 10
            while not self.database.in_transaction(lambda s: s.execute(WAITING).scalar_one()):
                assert time.monotonic() < deadline, "the second never waited"
                assert not later.done(), "the second did not wait for the first"
            session.commit()
            yield later

    def balance(self) -> int:
        return self.database.in_transaction(lambda session: self.attach(session).balance(self.now).available)

    def posted(self, kind: AccountKind) -> int:
        asked = text("SELECT posted FROM ledger_accounts WHERE kind = :kind AND unit = 1")
        return self.database.in_transaction(lambda s: int(s.execute(asked, {"kind": int(kind)}).scalar_one()))


@pytest.fixture
def stage(database: Database, now: datetime) -> Iterator[Stage]:
    made = Stage(database, now)
    made.do(lambda books: books.award(10, now))
    yield made
    assert database.in_transaction(verify_ledger).findings == ()


def test_a_hold_sees_the_hold_before_it(stage: Stage) -> None:
    with stage.while_open(lambda b: b.hold(6, stage.now), lambda b: b.hold(6, stage.now)) as second:
        with pytest.raises(InsufficientPoints) as refusal:
            second.result(10)
        assert refusal.value.available == 4


@pytest.mark.parametrize("captured_first", [True, False])
def test_a_hold_is_resolved_by_whoever_comes_first(stage: Stage, *, captured_first: bool) -> None:
    hold = stage.do(lambda books: books.hold(6, stage.now))
    assert isinstance(hold, int)
    acts: list[Act] = [lambda b: b.capture(hold, stage.now), lambda b: b.release(hold, stage.now)]
    first, then = acts if captured_first else acts[::-1]
    with stage.while_open(first, then) as second, pytest.raises(HoldResolved):
        second.result(10)
    assert stage.balance() == (4 if captured_first else 10)


def test_two_captures_into_one_account_both_arrive(stage: Stage) -> None:
    holds = [stage.do(lambda books: books.hold(3, stage.now)) for _ in range(2)]
    one, other = (hold for hold in holds if isinstance(hold, int))
    with stage.while_open(lambda b: b.capture(one, stage.now), lambda b: b.capture(other, stage.now)) as second:
        second.result(10)
    assert stage.posted(AccountKind.REDEEMED) == 6


def test_a_correction_takes_what_an_award_has_just_given(stage: Stage) -> None:
    def take(books: Books) -> None:
        books.correct(-15, quarter=quarter_of(stage.now), now=stage.now)

    with stage.while_open(lambda b: b.award(10, stage.now), take) as second:
        second.result(10)
    assert stage.balance() == 5


def test_an_award_is_reversed_once_by_two_officers(stage: Stage) -> None:
    event = stage.database.in_transaction(
        lambda s: s.execute(text("SELECT event_id FROM ledger_transfers WHERE kind = 1")).scalar_one()
    )

    def reverse_it(books: Books) -> object:
        return reverse_awards(
            *(books.session,),
            wallet_id=WALLET,
            event_id=event,
            most={stage.budget: 10},
            decision=Decision(1, "It was not theirs."),
            now=stage.now,
        )

    with stage.while_open(reverse_it, reverse_it) as second, pytest.raises(NothingToReverse):
        second.result(10)
    assert stage.balance() == 0


def test_a_pot_pays_once(stage: Stage) -> None:
    def fund(books: Books) -> None:
        fund_campaign(books.session, campaign_id=CAMPAIGN, points=Points(7), funder_id=FUNDER, now=stage.now)

    stage.do(lambda books: _pay_in(books, 10, stage.now))
    with stage.while_open(fund, fund) as second, pytest.raises(PotTooSmall):
        second.result(10)


def test_a_change_of_the_rate_sees_points_that_are_being_issued(stage: Stage) -> None:
    stage.do(lambda books: _pay_in(books, 500, stage.now))

    def fund(books: Books) -> None:
        fund_campaign(books.session, campaign_id=CAMPAIGN, points=Points(100), funder_id=FUNDER, now=stage.now)

    def raise_rate(books: Books) -> object:
        lock_rate(books.session)
        return change_rate(books.session, to=150, least=0, funder_id=FUNDER, now=stage.now)

    with stage.while_open(fund, raise_rate) as second:
        assert second.result(10) == 100
    assert stage.database.in_transaction(read_rate) == 150


def test_two_sweeps_at_once_expire_each_point_once(stage: Stage) -> None:
    late = noon(2028, 5)

    def sweep(books: Books) -> object:
        points = 0
        while isinstance(swept := expire_points(books.session, now=late), Swept):
            points += swept.points
        return points

    with stage.while_open(sweep, sweep) as second:
        assert second.result(10) == 0
    assert stage.posted(AccountKind.BREAKAGE) == 10


def test_points_on_hold_during_a_sweep_come_back_to_live(stage: Stage) -> None:
    late = noon(2028, 5)
    hold = stage.do(lambda books: books.hold(6, stage.now))
    assert isinstance(hold, int)
    with stage.while_open(lambda b: b.release(hold, late), lambda b: b.sweep(late)) as second:
        second.result(10)
    assert stage.do(lambda books: books.balance(late).available) == 6


def _pay_in(books: Books, pence: int, now: datetime) -> None:
    pay_into_pot(books.session, funder_id=FUNDER, pence=Pence(pence), now=now)
