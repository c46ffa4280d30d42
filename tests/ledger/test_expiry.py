"""Points expire with notice: swept in steps, their money returned, and every holder told once each time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.units import Points
from app.ledger.chart import AccountKind
from app.ledger.service import place_hold
from app.ledger.tasks import SweepDone, queue_due_notices, sweep_points
from app.ledger.verify import verify_ledger
from tests.ledger.books import OTHER, WALLET, Books, noon

EXPIRED = noon(2027, 7, 1)
NOTICES = text("SELECT resident_id, days, points, due_on FROM notices ORDER BY resident_id, days DESC")


@pytest.fixture
def database(rolled_back: Database) -> Database:
    """Two wallets with points of February 2026, which end on 1 July 2027, and one of them with newer ones."""

    def fill(books: Books) -> None:
        books.award(10, noon(2026, 2))
        books.award(20, noon(2026, 2), wallet=OTHER)
        books.award(5, noon(2026, 5))

    rolled_back.in_transaction(lambda session: fill(Books(session, noon(2026, 1))))
    return rolled_back


def posted(database: Database, kind: AccountKind) -> int:
    asked = text("SELECT sum(posted) FROM ledger_accounts WHERE kind = :kind")
    return database.in_transaction(lambda session: int(session.execute(asked, {"kind": int(kind)}).scalar_one() or 0))


def notices(database: Database) -> list[tuple[int, int, int, date]]:
    return database.in_transaction(
        lambda session: [(row[0], row[1], row[2], row[3]) for row in session.execute(NOTICES)]
    )


def test_expired_points_go_and_the_pence_behind_them_return_to_the_pot(database: Database) -> None:
    assert sweep_points(database, now=EXPIRED) == SweepDone(points=30, lots=2, pence=30, notices=0)
    assert posted(database, AccountKind.BREAKAGE) == 30
    assert posted(database, AccountKind.POT) == 30
    assert posted(database, AccountKind.BACKING) == 970
    assert not database.in_transaction(verify_ledger).findings


def test_a_second_sweep_does_nothing(database: Database) -> None:
    sweep_points(database, now=EXPIRED)
    assert sweep_points(database, now=EXPIRED) == SweepDone(0, 0, 0, 0)


def test_a_sweep_that_was_stopped_goes_on_where_it_was(database: Database) -> None:
    def stop(lots: int) -> None:
        if lots:  # the first steps move on over quarters that hold nothing
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep_points(database, now=EXPIRED, batch=1, passed=stop)
    assert posted(database, AccountKind.BREAKAGE) == 10
    assert sweep_points(database, now=EXPIRED, batch=1) == SweepDone(points=20, lots=1, pence=20, notices=0)
    assert not database.in_transaction(verify_ledger).findings


@pytest.mark.parametrize(("before", "days"), [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7)])
def test_each_holder_is_told_at_60_30_and_7_days(database: Database, before: int, days: int | None) -> None:
    queue_due_notices(database, now=EXPIRED - timedelta(days=before))
    told = [(WALLET, days, 10, date(2027, 7, 1)), (OTHER, days, 20, date(2027, 7, 1))] if days else []
    assert notices(database) == told


def test_a_second_run_queues_nothing_twice(database: Database) -> None:
    queued = [queue_due_notices(database, now=EXPIRED - timedelta(days=days), batch=1) for days in (60, 59, 30, 7, 7)]
    assert queued == [2, 0, 2, 2, 0]
    assert [days for _, days, _, _ in notices(database)] == [60, 30, 7, 60, 30, 7]


def test_points_that_were_spent_in_time_are_not_spoken_of(database: Database) -> None:
    now = EXPIRED - timedelta(days=5)
    database.in_transaction(lambda session: place_hold(session, wallet_id=WALLET, points=Points(10), now=now))
    assert queue_due_notices(database, now=now) == 1
    assert [resident for resident, *_ in notices(database)] == [OTHER]
