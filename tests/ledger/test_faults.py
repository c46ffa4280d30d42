"""A connection lost before or after any statement or commit: sent again, it is as if it was done once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import Refusal
from app.core.units import Pence, Points
from app.ledger import service
from app.ledger.chart import SCHEME, AccountKind, Unit, quarter_of
from app.ledger.commands import Answer, answer_once
from app.ledger.decisions import Decision
from app.ledger.errors import CommandRunning
from app.ledger.expiry import expire_points
from app.ledger.posting import Award, Correction, post_awards, post_corrections
from app.ledger.reversals import reverse_awards
from app.ledger.verify import verify_ledger

NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
FUNDER, CAMPAIGN, PARTNER = 1, 2, 3
SPOTS = ("before", "after")
SPARE = 2
"""Statements that a run may save on others: the pool's look at a connection that was used before, a new block of ids.

The first run of all takes a few more still, because a fresh connection is asked what it is and accounts are opened.
"""


@dataclass
class Line:
    """The connection to the database; it breaks at statement `at`, or, with the number past the last, at the commit."""

    spot: str = ""
    at: int = -1
    seen: int = 0
    broken: bool = False

    def pass_through(self, raw: psycopg.Connection[Any], send: Callable[[], Any]) -> Any:  # noqa: ANN401 - as sent
        self.seen += 1
        if self.broken or self.seen - 1 != self.at:
            return send()
        self.broken = True
        if self.spot == "after":
            send()
        raw.close()
        message = "the line broke"
        raise psycopg.OperationalError(message)


@contextmanager
def listening(line: Line) -> Iterator[None]:
    """Put every statement and commit of this process through `line`."""
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit

    def run(self: psycopg.Cursor[Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the driver's own signature
        return line.pass_through(self.connection, lambda: execute(self, *args, **kwargs))

    def end(self: psycopg.Connection[Any]) -> None:
        line.pass_through(self, lambda: commit(self))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", run)
        patch.setattr(psycopg.Connection, "commit", end)
        yield


@dataclass
class Books:
    """Every scenario has a wallet, events and keys of its own, in one set of books."""

    database: Database
    budget: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.budget = self.database.in_transaction(self._open)

    def _open(self, session: Session) -> int:
        service.pay_into_pot(session, funder_id=FUNDER, pence=Pence(10**6), now=NOW)
        service.fund_campaign(session, campaign_id=CAMPAIGN, points=Points(10**6), funder_id=FUNDER, now=NOW)
        return service.open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=CAMPAIGN)

    def open_wallet(self) -> int:
        """A wallet that was awarded 50 points by the event of its own number."""
        wallet = 2**40 + next(self.numbers)

        def fill(session: Session) -> None:
            service.open_wallet(session, resident_id=wallet)
            award = Award(wallet, self.budget, wallet, 50, self.now)
            post_awards(session, awards=[award], now=self.now)

        self.database.in_transaction(fill)
        return wallet

    def state(self, wallet: int) -> tuple[int, int, int]:
        asked = text(
            "SELECT posted, held, (SELECT coalesce(sum(amount), 0)::bigint FROM ledger_transfers"
            " WHERE :id IN (debit, credit)) FROM ledger_accounts WHERE id = :id"
        )
        row = self.database.in_transaction(lambda session: session.execute(asked, {"id": wallet}).one())
        return row[0], row[1], row[2]


Act = Callable[[Books, Session, int], dict[str, int]]


def award(books: Books, session: Session, wallet: int) -> dict[str, int]:
    post_awards(session, awards=[Award(-wallet, books.budget, wallet, 7, NOW)], now=books.now)
    return {"given": 7}


def correct(books: Books, session: Session, wallet: int) -> dict[str, int]:
    changes = [Correction(-wallet, 1, books.budget, wallet, points, quarter_of(books.now), NOW) for points in (5, -60)]
    post_corrections(session, corrections=changes, now=books.now)
    return {"changed": -55}


def redeem(books: Books, session: Session, wallet: int) -> dict[str, int]:
    hold_id = service.place_hold(session, wallet_id=wallet, points=Points(20), now=books.now)
    service.capture_hold(
        *(session,),
        hold_id=hold_id,
        payee_kind=AccountKind.REDEEMED,
        payee_owner=SCHEME,
        partner_id=PARTNER,
        cost_pence=Pence(20),
        now=books.now,
    )
    return {"spent": 20}


def release(books: Books, session: Session, wallet: int) -> dict[str, int]:
    hold_id = service.place_hold(session, wallet_id=wallet, points=Points(20), now=books.now)
    service.release_hold(session, hold_id=hold_id, now=books.now)
    return {"released": 20}


def reverse(books: Books, session: Session, wallet: int) -> dict[str, int]:
    done = reverse_awards(
        *(session,),
        wallet_id=wallet,
        event_id=wallet,
        most={books.budget: 50},
        decision=Decision(1, "Not theirs."),
        now=books.now,
    )
    return {"taken": done.taken}


def refuse(books: Books, session: Session, wallet: int) -> dict[str, int]:
    service.place_hold(session, wallet_id=wallet, points=Points(51), now=books.now)
    raise AssertionError


ACTS: dict[str, tuple[Act, tuple[int, int, int]]] = {
    "an award": (award, (57, 0, 57)),
    "a correction": (correct, (0, 0, 110)),
    "a reward": (redeem, (30, 0, 70)),
    "a release": (release, (50, 0, 50)),
    "a reversal": (reverse, (0, 0, 100)),
    "a refusal": (refuse, (50, 0, 50)),
}


def send(books: Books, act: Act, wallet: int) -> Answer:
    """As a client does that keeps its key until it has an answer."""

    def once(session: Session) -> Answer:
        return answer_once(
            session,
            caller="res_1",
            key=str(wallet),
            digest=b"one",
            now=NOW,
            serve=lambda: Answer(201, dict(act(books, session, wallet))),
            refuse=_keep,
        )

    try:
        return books.database.in_transaction(once)
    except (DBAPIError, psycopg.Error):
        for _ in range(50):
            try:
                return books.database.in_transaction(once)
            except CommandRunning:  # the server has not noticed yet that the line broke
                time.sleep(0.1)
        return books.database.in_transaction(once)


def _keep(refusal: Refusal) -> Answer:
    return Answer(409, {"code": refusal.code})


@pytest.mark.parametrize("name", ACTS)
def test_a_lost_connection_at_any_statement_changes_nothing(database: Database, name: str) -> None:
    act, expected = ACTS[name]
    books = Books(database)
    whole = Line()
    wallet = books.open_wallet()
    with listening(whole):
        answer = send(books, act, wallet)
    assert books.state(wallet) == expected
    fewest = min(_count_statements(books, act) for _ in range(3)) - SPARE
    assert fewest > 2
    for at, spot in itertools.product(range(whole.seen), SPOTS):
        wallet, line = books.open_wallet(), Line(spot, at)
        with listening(line):
            again = send(books, act, wallet)
        assert line.broken or at >= fewest, (at, spot)
        assert (again, books.state(wallet)) == (answer, expected), (at, spot)
    assert database.in_transaction(verify_ledger).findings == ()


def _count_statements(books: Books, act: Act) -> int:
    line = Line()
    wallet = books.open_wallet()
    with listening(line):
        send(books, act, wallet)
    return line.seen


def test_a_sweep_that_loses_its_connection_anywhere_expires_each_point_once(database: Database) -> None:
    books = Books(database)
    statements = _sweep_next(books, Line())
    fewest = min(_sweep_next(books, Line()) for _ in range(3)) - SPARE
    assert fewest > 5
    for at, spot in itertools.product(range(statements), SPOTS):
        line = Line(spot, at)
        _sweep_next(books, line)
        assert line.broken or at >= fewest, (at, spot)
    assert database.in_transaction(verify_ledger).findings == ()


def _sweep_next(books: Books, line: Line) -> int:
    """Award 50 points, let them expire, and sweep them over `line`; how many statements the step takes."""
    wallet, swept = books.open_wallet(), quarter_of(books.now)
    books.now += timedelta(days=6 * 92)
    oldest = text("SELECT value::int FROM scheme_facts WHERE key = 'ledger_oldest_quarter'")
    while books.database.in_transaction(lambda s: s.execute(oldest).scalar_one()) < swept:
        books.database.in_transaction(lambda session: expire_points(session, now=books.now))

    def step() -> None:
        books.database.in_transaction(lambda session: expire_points(session, now=books.now))

    with listening(line):
        try:
            step()
        except (DBAPIError, psycopg.Error):
            step()
    count = line.seen
    books.database.in_transaction(lambda session: expire_points(session, now=books.now))
    assert books.state(wallet) == (0, 0, 100)
    return count
