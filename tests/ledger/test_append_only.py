"""Nobody changes or removes a transfer: not the application, and not by mistake the owner of the tables either."""

from __future__ import annotations

from datetime import datetime

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.database import Database
from tests.ledger.books import Books

CHANGES = [
    "UPDATE {} SET {} = {}",
    "DELETE FROM {}",
    "TRUNCATE {}",
]
TABLES = [("ledger_transfers", "amount"), ("ledger_reversals", "transfer_id")]


@pytest.fixture
def written(database: Database, now: datetime) -> Database:
    database.in_transaction(lambda session: Books(session, now).award(5, now))
    return database


@pytest.mark.parametrize(("table", "column"), TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_changes_what_was_written(
    written: Database, database_url: str, table: str, column: str, change: str
) -> None:
    assert written
    with psycopg.connect(database_url, options="-c search_path=leeds") as owner:
        owner.execute("INSERT INTO ledger_reversals VALUES (1, 2)")
        owner.commit()
        with pytest.raises(pg.InsufficientPrivilege, match="append-only"):
            owner.execute(change.format(table, column, column))


@pytest.mark.parametrize(("table", "column"), TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_has_no_right_to_try(written: Database, table: str, column: str, change: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        written.in_transaction(lambda session: session.execute(text(change.format(table, column, column))))


@pytest.mark.parametrize("table", ["ledger_accounts", "ledger_holds", "ledger_hold_lots", "commands"])
def test_the_application_removes_no_account_hold_or_answer(written: Database, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        written.in_transaction(lambda session: session.execute(text(f"DELETE FROM {table}")))
