"""An officer takes points back, with a reason: what is left, and no more than a person decided."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Points
from app.ledger.decisions import Decision
from app.ledger.errors import ClawbackTooLarge, NothingToReverse, ReasonUnfit
from app.ledger.posting import lock_budgets
from app.ledger.reversals import TakenBack, claw_back, reverse_awards
from tests.ledger.books import WALLET, Books

DECISION = Decision(5, "The tickets were not used.")


@pytest.fixture
def books(session: Session, now: datetime) -> Books:
    return Books(session, now)


def reverse(books: Books, event: int, now: datetime, decision: Decision = DECISION) -> TakenBack:
    return reverse_awards(
        books.session, wallet_id=WALLET, event_id=event, most={books.budget: 1000}, decision=decision, now=now
    )


def claw(books: Books, event: int, points: int, now: datetime) -> TakenBack:
    return claw_back(books.session, wallet_id=WALLET, event_id=event, points=Points(points), decision=DECISION, now=now)


def left(books: Books) -> int:
    return lock_budgets(books.session, account_ids=[books.budget])[books.budget]


def test_a_reversal_gives_the_budget_back_what_it_gave(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    assert reverse(books, event, now) == TakenBack(30, 0)
    assert (books.balance(now).available, left(books)) == (0, 1000)
    assert books.faults() == set()


def test_a_transfer_is_reversed_once(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    books.award(30, now)
    reverse(books, event, now)
    with pytest.raises(NothingToReverse), books.session.begin_nested():
        reverse(books, event, now)
    assert books.balance(now).available == 30
    assert books.faults() == set()


def test_a_reversal_writes_off_what_was_spent(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    books.spend(20, now)
    assert reverse(books, event, now) == TakenBack(10, 20)
    assert (books.balance(now).available, left(books)) == (0, 980)
    assert books.faults() == set()


def test_only_a_clawback_takes_new_points_for_spent_ones(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    books.spend(30, now)
    reverse(books, event, now)
    books.award(50, now)
    assert books.balance(now).available == 50
    assert claw(books, event, 25, now) == TakenBack(25, 0)
    assert (books.balance(now).available, left(books)) == (25, 1000 - 30 - 50 + 25)
    assert books.faults() == set()


@pytest.mark.parametrize(("written_off", "earned", "asked"), [(30, 50, 31), (30, 10, 11), (0, 50, 1)])
def test_a_clawback_is_of_no_more_than_was_written_off_and_than_is_there(
    books: Books, now: datetime, written_off: int, earned: int, asked: int
) -> None:
    event = books.award(30, now)
    books.spend(written_off or 1, now)
    if written_off:
        reverse(books, event, now)
    else:
        books.correct(-1, quarter=0, now=now)
    before = books.balance(now).available
    books.award(earned, now)
    with pytest.raises(ClawbackTooLarge) as refusal, books.session.begin_nested():
        claw(books, event, asked, now)
    assert refusal.value.facts() == {"written_off": written_off, "available": before + earned}
    assert books.balance(now).available == before + earned


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b"])
def test_nothing_is_taken_back_without_a_reason(books: Books, now: datetime, reason: str) -> None:
    event = books.award(30, now)
    with pytest.raises(ReasonUnfit):
        reverse(books, event, now, Decision(5, reason))
    assert books.balance(now).available == 30


def test_a_decision_is_on_record_with_its_officer_and_reason(books: Books, now: datetime) -> None:
    event = books.award(30, now)
    books.spend(20, now)
    reverse(books, event, now)
    asked = text("SELECT kind, officer_id, account_id, event_id, amount, written_off, reason FROM ledger_decisions")
    assert books.session.execute(asked).one() == ("reversal", 5, WALLET, event, 10, 20, DECISION.reason)
