"""Somebody tampers with write-offs, reversals, decisions and the backing, and `verify` says what is wrong."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import Session

from app.ledger.chart import quarter_of
from app.ledger.decisions import Decision
from app.ledger.reversals import reverse_awards
from app.ledger.verify import verify_ledger
from tests.ledger.books import OTHER, Books
from tests.ledger.tampering import TAKEN_BACK, find_after


def write_books(session: Session, now: datetime) -> None:
    """One award reversed, and one corrected after it was spent."""
    books = Books(session, now)
    event = books.award(4, now, wallet=OTHER)
    decision = Decision(1, "It was somebody else.")
    reverse_awards(session, wallet_id=OTHER, event_id=event, most={books.budget: 4}, decision=decision, now=now)
    books.award(30, now)
    books.spend(30, now)
    books.correct(-30, quarter=quarter_of(now), now=now)


@pytest.mark.parametrize("tampering", TAKEN_BACK)
def test_verify_finds(session: Session, now: datetime, tampering: str) -> None:
    write_books(session, now)
    assert verify_ledger(session).findings == ()
    change, expected = TAKEN_BACK[tampering]
    assert {finding.check for finding in find_after(session, change)} == expected
