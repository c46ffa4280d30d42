"""When points expire, what is spent first, and where points that are given back go."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from app.ledger.chart import LOTS, quarter_of, slot_of
from app.ledger.errors import InsufficientPoints, SweepOverdueError
from app.ledger.lots import LIFE_QUARTERS, Lots, expires_on, landing_quarter, live_quarters, may_hold
from app.ledger.queries import Expiring
from tests.ledger.books import Books, noon, quarter


def test_points_live_for_more_than_a_year_and_less_than_one_and_a_half() -> None:
    assert expires_on(quarter(2026, 1)) == date(2027, 7, 1)
    assert expires_on(quarter(2026, 12)) == date(2028, 4, 1)


def test_a_quarter_begins_at_midnight_in_leeds_not_in_greenwich() -> None:
    last_minute_of_june = datetime(2026, 6, 30, 22, 59, tzinfo=UTC)
    first_minute_of_july = datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert quarter_of(first_minute_of_july) == quarter_of(last_minute_of_june) + 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (noon(2027, 6, 1), quarter(2026, 1)),  # 30 days before 1 July
        (noon(2027, 6, 2), quarter(2026, 4)),
        (noon(2027, 7, 1), quarter(2026, 4)),
        (noon(2029, 1, 1), quarter(2027, 10)),
    ],
)
def test_points_given_back_last_for_at_least_thirty_days(now: datetime, expected: int) -> None:
    landed = landing_quarter(quarter(2026, 1), now)
    assert landed == expected
    assert (expires_on(landed) - now.date()).days >= 30


def test_every_live_quarter_has_a_slot_of_its_own_whatever_the_last_sweep() -> None:
    live = live_quarters(noon(2026, 11))
    assert len(live) == LIFE_QUARTERS + 1
    assert len({slot_of(each) for each in live}) == len(live) < LOTS


def test_a_slot_stands_for_one_quarter_only() -> None:
    lots = Lots(tuple(range(1, LOTS + 1)), oldest=100)
    assert [each for each in range(80, 130) if may_hold(each, 100)] == list(range(100, 108))
    assert [lots.points_of(99), lots.points_of(107), lots.points_of(108)] == [0, 107 % 8 + 1, 0]


def test_what_expires_soonest_is_spent_first(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    books.award(20, noon(2026, 5))
    books.hold(15, noon(2026, 6))
    balance = books.balance(noon(2026, 6))
    assert (balance.available, balance.held) == (15, 15)
    assert balance.expiring == (Expiring(15, date(2027, 10, 1)),)


def test_points_expire_on_the_day_the_balance_says(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    assert books.balance(noon(2026, 2)).expiring == (Expiring(10, date(2027, 7, 1)),)
    assert books.balance(noon(2027, 6, 30)).available == 10
    assert books.balance(noon(2027, 7, 1)).available == 0


def test_expired_points_are_not_spent_even_before_the_sweep(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    books.award(4, noon(2027, 2))
    with pytest.raises(InsufficientPoints) as refusal:
        books.hold(5, noon(2027, 8))
    assert refusal.value.facts() == {"available": 4, "wanted": 5}


def test_a_sweep_takes_what_has_expired_and_nothing_else(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    books.award(4, noon(2026, 5))
    books.sweep(noon(2027, 8))
    assert books.live(noon(2027, 8)) == [4]
    assert books.faults() == set()


def test_points_never_go_into_a_slot_that_still_holds_another_quarter(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 1))
    late = noon(2028, 2)  # eight quarters on, the same slot
    with pytest.raises(SweepOverdueError), session.begin_nested():
        books.award(1, late)
    assert books.balance(late).available == 0
    books.sweep(late)
    books.award(1, late)
    assert books.live(late) == [1]
    assert books.faults() == set()


def test_a_clock_that_runs_behind_cannot_post_to_a_swept_quarter(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.sweep(noon(2028, 2))
    with pytest.raises(SweepOverdueError):
        books.award(1, noon(2026, 4))


def test_a_release_gives_points_back_to_the_quarter_they_came_from(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    books.award(20, noon(2026, 5))
    hold = books.hold(25, noon(2026, 6))
    books.release(hold, noon(2026, 8))
    assert books.live(noon(2026, 8)) == [10, 20]


def test_a_release_of_points_that_have_expired_gives_them_a_month_at_least(session: Session) -> None:
    books = Books(session, noon(2026, 1))
    books.award(10, noon(2026, 2))
    hold = books.hold(10, noon(2027, 6))
    late = noon(2027, 8)
    books.sweep(late)
    books.release(hold, late)
    assert books.balance(late).expiring == (Expiring(10, date(2027, 10, 1)),)
    assert books.faults() == set()
    books.spend(10, late)
    assert books.faults() == set()
