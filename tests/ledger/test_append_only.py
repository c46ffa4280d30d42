"""Nobody changes or removes a transfer: not the application, and not by mistake the owner of the tables either."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from tests.ledger.books import Books

CHANGES = [
    change.format(table, column)
    for table, column in (("ledger_transfers", "amount"), ("ledger_reversals", "transfer_id"))
    for change in ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}")
]


@pytest.fixture
def written(session: Session, now: datetime) -> Session:
    """A transfer and the note of a reversal stand in the books."""
    Books(session, now).award(5, now)
    session.execute(text("INSERT INTO ledger_reversals VALUES (1, 2)"))
    return session


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_changes_what_was_written(written: Session, change: str) -> None:
    written.execute(text("SET LOCAL ROLE NONE"))
    with pytest.raises(ProgrammingError, match="append-only"):
        written.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_has_no_right_to_try(written: Session, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        written.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ledger_accounts",
        "DELETE FROM ledger_holds",
        "DELETE FROM ledger_hold_lots",
    ],
)
def test_the_application_removes_no_account_hold_or_answer(written: Session, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        written.execute(text(change))
