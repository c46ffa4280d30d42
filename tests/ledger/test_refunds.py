"""What a captured hold spent comes back: never more than it spent, and always covered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.units import Pence, Points
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.errors import NothingToRefund, RateChangedSince, RefundTooLarge
from app.ledger.refunds import refund_hold
from app.ledger.service import capture_hold
from app.ledger.settling import settle_partner, unsettle_partner
from app.ledger.verify import verify_ledger
from tests.ledger.books import Books

PARTNER = 31


def _spend(session: Session, now: datetime, *, points: int, pence: int) -> tuple[Books, int]:
    """Books with so many points spent at a partner for so many pence; the hold's number."""
    books = Books(session, now)
    books.award(points, now)
    hold = books.hold(points, now)
    capture_hold(
        session,
        hold_id=hold,
        payee_kind=AccountKind.REDEEMED,
        payee_owner=SCHEME,
        partner_id=PARTNER,
        cost_pence=Pence(pence),
        now=now,
    )
    return books, hold


def _posted(session: Session, kind: AccountKind) -> int:
    asked = text("SELECT coalesce(sum(posted), 0)::bigint FROM ledger_accounts WHERE kind = :kind")
    return int(session.execute(asked, {"kind": int(kind)}).scalar_one())


def _back(session: Session, hold: int, points: int | None, now: datetime) -> int:
    wanted = None if points is None else Points(points)
    return refund_hold(session, hold_id=hold, partner_id=PARTNER, points=wanted, now=now)


def test_a_refund_gives_the_points_and_the_pence_back_once(session: Session, now: datetime) -> None:
    _, hold = _spend(session, now, points=50, pence=40)
    assert _back(session, hold, None, now) == 40
    assert _posted(session, AccountKind.WALLET) == 50
    assert _posted(session, AccountKind.PAYABLE) == 0
    with pytest.raises(NothingToRefund):
        _back(session, hold, None, now)
    with pytest.raises(NothingToRefund):
        _back(session, hold, 1, now)
    assert verify_ledger(session).findings == ()


def test_only_what_was_spent_can_come_back(session: Session, now: datetime) -> None:
    books = Books(session, now)
    books.award(50, now)
    open_hold = books.hold(20, now)
    for number in (open_hold, open_hold + 1):
        with pytest.raises(NothingToRefund):
            _back(session, number, None, now)
    assert verify_ledger(session).findings == ()


@given(
    points=st.integers(1, 200),
    share=st.integers(0, 100),
    parts=st.lists(st.integers(-5, 120), max_size=8),
)
def test_any_sequence_of_refunds_conserves_value(
    shared_database: Database, now: datetime, points: int, share: int, parts: list[int]
) -> None:
    with Session(shared_database.engine) as session:
        pence = points * share // 100
        _, hold = _spend(session, now, points=points, pence=pence)
        points_back = pence_back = 0
        for part in parts:
            try:
                pence_back += _back(session, hold, part, now)
            except (RefundTooLarge, NothingToRefund):
                assert part <= 0 or part > points - points_back
            else:
                points_back += part
            assert points_back <= points
            assert points * pence_back >= pence * points_back, "what came back is covered"
            assert _posted(session, AccountKind.PAYABLE) == pence - pence_back >= 0
            assert _posted(session, AccountKind.WALLET) == points_back
        if points_back == points:
            assert pence_back == pence
        assert verify_ledger(session).findings == ()
        session.rollback()


def test_points_that_would_not_be_covered_any_more_do_not_come_back(session: Session, now: datetime) -> None:
    _, hold = _spend(session, now, points=50, pence=40)
    session.execute(
        text(
            "INSERT INTO ledger_decisions (id, kind, officer_id, account_id, amount, written_off, reason, made_at)"
            " VALUES (-1, 'rate', 1, 1, 120, 0, 'A new rate', :at)"
        ),
        {"at": now + timedelta(hours=1)},
    )
    with pytest.raises(RateChangedSince):
        _back(session, hold, None, now + timedelta(hours=2))


def test_points_whose_quarter_is_over_come_back_to_one_that_lasts(session: Session, now: datetime) -> None:
    """So that whoever waited for a decision can still spend them."""
    _, hold = _spend(session, now, points=50, pence=40)
    later = now + timedelta(days=480)
    _back(session, hold, None, later)
    landed = session.execute(
        text("SELECT DISTINCT quarter FROM ledger_transfers WHERE kind = 14 AND unit = 1")
    ).scalars()
    spent = session.execute(text("SELECT DISTINCT quarter FROM ledger_transfers WHERE kind = 4")).scalar_one()
    assert [quarter > spent for quarter in landed] == [True]


def test_a_partner_that_was_paid_for_it_owes_it(session: Session, now: datetime) -> None:
    _, hold = _spend(session, now, points=50, pence=40)
    settle_partner(session, partner_id=PARTNER, pence=Pence(40), now=now)
    _back(session, hold, None, now)
    assert _posted(session, AccountKind.PAYABLE) == -40
    assert verify_ledger(session).findings == ()
    unsettle_partner(session, partner_id=PARTNER, pence=Pence(40), now=now)
    assert (_posted(session, AccountKind.PAYABLE), _posted(session, AccountKind.SETTLED)) == (0, 0)
