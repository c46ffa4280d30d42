"""Reserving, spending and giving back: once each, and never more than there is."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger import service
from app.ledger.chart import AccountKind, Unit, quarter_of
from app.ledger.errors import (
    BudgetOverspentError,
    CostAboveBacking,
    HoldNotFound,
    HoldResolved,
    InsufficientPoints,
    PotTooSmall,
    WalletNotFound,
)
from app.ledger.posting import lock_budgets
from tests.ledger.books import FUNDER, OTHER, PARTNER, WALLET, Books


@pytest.fixture
def books(session: Session, now: datetime) -> Books:
    return Books(session, now)


def left(books: Books, kind: AccountKind, owner: int = 0, unit: Unit = Unit.POINTS) -> int:
    account = books.account(kind, owner, unit)
    return lock_budgets(books.session, account_ids=[account])[account]


def test_points_on_hold_cannot_be_spent_twice(books: Books, now: datetime) -> None:
    books.award(30, now)
    books.hold(20, now)
    with pytest.raises(InsufficientPoints) as refusal:
        books.hold(11, now)
    assert refusal.value.facts() == {"available": 10, "wanted": 11}
    books.hold(10, now)
    assert books.balance(now).available == 0


def test_a_capture_pays_the_partner_from_the_money_behind_the_points(books: Books, now: datetime) -> None:
    books.award(30, now)
    books.capture(books.hold(30, now), now, cost=25)
    assert left(books, AccountKind.REDEEMED) == 30
    assert left(books, AccountKind.PAYABLE, PARTNER, Unit.PENCE) == 25
    assert left(books, AccountKind.BACKING, 0, Unit.PENCE) == 975
    assert (books.balance(now).available, books.balance(now).held) == (0, 0)
    assert books.faults() == set()


def test_a_donation_goes_to_its_community_group(books: Books, now: datetime) -> None:
    books.award(30, now)
    service.capture_hold(
        books.session,
        hold_id=books.hold(12, now),
        payee_kind=AccountKind.COMMUNITY_GROUP,
        payee_owner=5,
        partner_id=5,
        cost_pence=Pence(12),
        now=now,
    )
    assert left(books, AccountKind.COMMUNITY_GROUP, 5) == 12
    assert books.faults() == set()


def test_a_hold_is_resolved_once(books: Books, now: datetime) -> None:
    books.award(30, now)
    captured, released = books.hold(10, now), books.hold(10, now)
    books.capture(captured, now)
    books.release(released, now)
    for hold, state in ((captured, "captured"), (released, "released")):
        for resolve in (books.capture, books.release):
            with pytest.raises(HoldResolved) as refusal:
                resolve(hold, now)
            assert refusal.value.state == state
    assert books.balance(now).available == 20


def test_a_reward_never_costs_more_than_its_points_are_backed_by(books: Books, now: datetime) -> None:
    books.award(30, now)
    with pytest.raises(CostAboveBacking):
        books.capture(books.hold(10, now), now, cost=11)


def test_points_are_given_to_a_campaign_only_against_money(books: Books, now: datetime) -> None:
    service.pay_into_pot(books.session, funder_id=FUNDER, pence=Pence(99), now=now)
    with pytest.raises(PotTooSmall) as refusal:
        service.fund_campaign(books.session, campaign_id=1, points=Points(100), funder_id=FUNDER, now=now)
    assert refusal.value.facts() == {"available_pence": 99, "wanted_pence": 100}
    service.fund_campaign(books.session, campaign_id=1, points=Points(99), funder_id=FUNDER, now=now)
    assert left(books, AccountKind.POT, FUNDER, Unit.PENCE) == 0


def test_points_that_were_written_off_are_given_to_nobody_else(session: Session, now: datetime) -> None:
    books = Books(session, now, points=10)
    books.award(10, now)
    books.capture(books.hold(10, now), now, cost=10)
    books.correct(-10, quarter=quarter_of(now), now=now)
    with pytest.raises(BudgetOverspentError), session.begin_nested():
        books.award(1, now, wallet=OTHER)
    assert books.faults() == set()


def test_what_is_not_there_is_not_found(books: Books, now: datetime) -> None:
    with pytest.raises(HoldNotFound):
        books.release(WALLET, now)
    with pytest.raises(WalletNotFound):
        service.place_hold(books.session, wallet_id=books.budget, points=Points(1), now=now)
