"""Batches of awards and corrections: what they move, and what stops them."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind, TransferKind, quarter_of
from app.ledger.errors import AccountMissingError, BudgetOverspentError
from app.ledger.posting import Award, Correction, lock_budgets, post_awards, post_corrections
from app.ledger.queries import list_event_transfers
from tests.ledger.books import OTHER, WALLET, Books, noon, quarter

SETTINGS = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan")


@pytest.fixture
def books(session: Session, now: datetime) -> Books:
    return Books(session, now)


def moves(books: Books, event: int) -> list[tuple[TransferKind, int]]:
    listed = list_event_transfers(books.session, event_id=event, wallet_id=WALLET)
    return [(each.kind, each.points if each.credit == WALLET else -each.points) for each in listed]


def test_a_batch_gives_each_wallet_the_sum_of_its_awards(books: Books, now: datetime) -> None:
    awards = [Award(event, books.budget, (WALLET, OTHER)[event % 2], event, now) for event in range(1, 10)]
    post_awards(books.session, awards=awards, now=now)
    assert books.balance(now).available == 2 + 4 + 6 + 8
    assert lock_budgets(books.session, account_ids=[books.budget]) == {books.budget: 1000 - 45}
    assert books.faults() == set()


def test_a_budget_is_never_overspent(books: Books, now: datetime) -> None:
    with pytest.raises(BudgetOverspentError), books.session.begin_nested():
        books.award(1001, now)
    books.award(1000, now)
    assert lock_budgets(books.session, account_ids=[books.budget]) == {books.budget: 0}


@pytest.mark.parametrize("wrong", ["wallet", "budget"])
def test_nothing_is_posted_to_what_is_not_a_wallet_or_from_what_is_not_a_budget(
    books: Books, now: datetime, wrong: str
) -> None:
    redeemed = books.account(AccountKind.REDEEMED)
    budget, wallet = (books.budget, redeemed) if wrong == "wallet" else (OTHER, WALLET)
    with pytest.raises(AccountMissingError):
        post_awards(books.session, awards=[Award(1, budget, wallet, 5, now)], now=now)


def test_an_empty_batch_is_no_work(books: Books, now: datetime) -> None:
    count = text("SELECT count(*) FROM ledger_transfers")
    before = books.session.execute(count).scalar_one()
    post_awards(books.session, awards=[], now=now)
    books.correct(quarter=quarter_of(now), now=now)
    assert books.session.execute(count).scalar_one() == before
    assert books.balance(now).available == 0


def test_the_planner_keeps_its_settings_after_a_batch(books: Books, now: datetime) -> None:
    books.award(1, now)
    shown = [books.session.execute(text(f"SHOW {name}")).scalar_one() for name in SETTINGS]
    assert shown == ["on", "on", "on"]


def test_a_correction_is_taken_from_its_own_quarter_then_the_newest(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    for month in (2, 5, 8, 11):
        books.award(10, noon(2026, month))
    books.correct(-25, quarter=quarter(2026, 5), now=noon(2026, 11))
    assert books.live(noon(2026, 11)) == [10, 5]  # May's and November's are gone, and half of August's
    assert books.faults() == set()


def test_what_was_spent_is_written_off_and_the_wallet_stays_at_nothing(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    books.spend(20, now)
    books.correct(-30, quarter=quarter_of(now), now=now)
    assert books.balance(now).available == 0
    assert moves(books, event) == [
        (TransferKind.AWARD, 30),
        (TransferKind.CORRECTION, -10),
        (TransferKind.WRITE_OFF, -20),
    ]
    assert lock_budgets(books.session, account_ids=[books.budget]) == {books.budget: 980}  # 20 have no money left
    assert books.faults() == set()


def test_a_refold_that_gives_again_what_was_spent_pays_nothing_twice(books: Books, now: datetime) -> None:
    books.award(30, now)
    books.spend(20, now)
    books.correct(-30, quarter=quarter_of(now), now=now)
    books.correct(30, quarter=quarter_of(now), now=now)
    assert books.balance(now).available == 10  # with the 20 that were spent: 30
    assert lock_budgets(books.session, account_ids=[books.budget]) == {books.budget: 970}
    assert books.faults() == set()


def test_a_new_events_points_are_never_set_against_a_write_off(books: Books, now: datetime) -> None:
    books.award(30, now)
    books.spend(30, now)
    books.correct(-30, quarter=quarter_of(now), now=now)
    late = Correction(books.events, 2, books.budget, WALLET, 12, quarter_of(now), now, earned=12)
    post_corrections(books.session, corrections=[late], now=now)
    assert books.balance(now).available == 12
    assert books.faults() == set()


def test_a_correction_leaves_points_on_hold_alone(books: Books, now: datetime) -> None:
    books.award(30, now)
    hold = books.hold(20, now)
    books.correct(-30, quarter=quarter_of(now), now=now)
    assert (books.balance(now).available, books.balance(now).held) == (0, 20)
    books.capture(hold, now)
    assert books.faults() == set()


def test_a_batch_that_takes_and_gives_the_same_writes_nothing_off(books: Books, now: datetime) -> None:
    event = books.award(10, now)
    books.spend(10, now)
    books.correct(-5, 5, quarter=quarter_of(now), now=now)
    assert TransferKind.WRITE_OFF not in [kind for kind, _ in moves(books, event)]
    assert books.balance(now).available == 0


def test_a_correction_upwards_never_lands_on_points_about_to_expire(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    books.correct(7, quarter=quarter(2026, 2), now=noon(2027, 6))
    assert books.live(noon(2027, 8)) == [7]
    assert books.faults() == set()
