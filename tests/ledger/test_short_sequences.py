"""Every sequence of a few operations on two wallets, one budget and two quarters, beside the plain-Python model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Refusal
from app.core.units import Points
from app.ledger.chart import quarter_of
from app.ledger.errors import LedgerError
from app.ledger.posting import Correction, lock_budgets, post_corrections
from app.ledger.service import place_hold
from tests.ledger.books import OTHER, WALLET, Books, noon
from tests.ledger.model import Model, ModelHold, Refused

EARLY, LATE = noon(2026, 8), noon(2026, 11)
BALANCES = text("SELECT id, posted, held FROM ledger_accounts WHERE kind = 1 ORDER BY id")
BUDGET = "litter"


Real = Callable[[Books, int], int | None]
Modelled = Callable[[Model, int, int], ModelHold | None]


@dataclass(frozen=True)
class Act:
    """The same thing twice. Both get the newest hold's number, the model the event's too; a hold gives its number."""

    real: Real
    modelled: Modelled


def award(wallet: int, now: datetime) -> Act:
    def real(books: Books, _: int) -> None:
        books.award(4, now, wallet=wallet)

    return Act(real, lambda model, _, event: model.award([(BUDGET, wallet, 4)], now, event))


def correct(points: int, now: datetime) -> Act:
    def real(books: Books, _: int) -> None:
        books.events += 1
        change = Correction(books.events, 1, books.budget, WALLET, points, quarter_of(now), LATE)
        post_corrections(books.session, corrections=[change], now=LATE)

    wanted = [(BUDGET, WALLET, points, quarter_of(now), 0)]
    return Act(real, lambda model, _, event: model.correct(wanted, LATE, event))


def hold(wallet: int) -> Act:
    def real(books: Books, _: int) -> int:
        return place_hold(books.session, wallet_id=wallet, points=Points(3), now=LATE)

    return Act(real, lambda model, _, __: model.hold(wallet, 3, LATE))


ACTS: Mapping[str, Act] = {
    "award early": award(WALLET, EARLY),
    "award late": award(WALLET, LATE),
    "award the other": award(OTHER, LATE),
    "hold": hold(WALLET),
    "hold of the other": hold(OTHER),
    "capture": Act(
        lambda books, number: books.capture(number, LATE, cost=3),
        lambda model, number, _: model.capture(number, "redeemed", "partner", 3),
    ),
    "release": Act(
        lambda books, number: books.release(number, LATE), lambda model, number, _: model.release([number], LATE)
    ),
    "take back early": correct(-4, EARLY),
    "give again": correct(4, LATE),
}


def walk(books: Books, model: Model, left: int, done: tuple[str, ...] = (), newest: int = 1) -> Counter[str]:
    """Try each act here and go on from what it leaves; each in a savepoint that is rolled back."""
    seen = Counter[str]()
    for name, act in ACTS.items() if left else ():
        events, path, after, number = books.events, (*done, name), deepcopy(model), newest
        refused = modelled = None
        try:
            modelled = act.modelled(after, newest, events + 1)
        except Refused as refusal:
            refused = refusal.name
        raised: str | None = None
        savepoint = books.session.begin_nested()
        try:
            number = act.real(books, newest) or newest
        except (Refusal, LedgerError) as refusal:
            raised = type(refusal).__name__
            seen["refused"] += 1
        else:
            if modelled is not None:
                after.holds[number] = modelled
            check(books, after, path, left)
            seen["done"] += 1
            seen += walk(books, after, left - 1, path, number)
        assert raised == refused, path
        savepoint.rollback()
        books.events = events
    return seen


def check(books: Books, model: Model, path: tuple[str, ...], left: int) -> None:
    """Wallets and what the budget may give stand as modelled; where a sequence ends, everything is verified."""
    found = {row.id: (row.posted, row.held) for row in books.session.execute(BALANCES)}
    told = {
        wallet: (sum(lots.values()) + model.held(wallet), model.held(wallet)) for wallet, lots in model.wallets.items()
    }
    assert found == told, path
    assert lock_budgets(books.session, account_ids=[books.budget])[books.budget] == model.left(BUDGET), path
    if left == 1:
        assert books.faults() == set(), path


def begin(session: Session) -> tuple[Books, Model]:
    books, model = Books(session, EARLY, points=9), Model(wallets={WALLET: Counter(), OTHER: Counter()})
    model.pay_in("pot 1", 9)
    model.fund("pot 1", BUDGET, 9, EARLY)
    return books, model


def test_every_sequence_of_up_to_three_operations_does_what_the_model_says(session: Session) -> None:
    seen = walk(*begin(session), 3)
    assert seen["done"] > 100
    assert seen["refused"] > 50


@pytest.mark.nightly
def test_every_sequence_of_up_to_four_operations_does_what_the_model_says(session: Session) -> None:
    seen = walk(*begin(session), 4)
    assert seen["done"] > 500
