"""Somebody with every right over the database tampers with it, and `verify` says what is wrong."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.exc import InternalError
from sqlmodel import Session

from app.core.database import Database
from app.ledger.service import open_wallet
from app.ledger.verify import verify_ledger
from app.ledger.verify_checks import CHECKS
from tests.ledger.books import OTHER, WALLET, Books
from tests.ledger.tampering import TAKEN_BACK, find_after

# What somebody does, and every check that it must fail: no fewer, and no other.
TAMPERINGS: dict[str, tuple[str, set[str]]] = {
    "a changed balance": (
        "UPDATE ledger_accounts SET posted = posted + 5 WHERE kind = 3",
        {"balance", "unit"},
    ),
    "points from nowhere in a wallet": (
        "UPDATE ledger_accounts SET posted = posted + 5, lot_3 = lot_3 + 5 WHERE id = {wallet}",
        {"balance", "unit", "lot", "backing"},
    ),
    "points moved between two wallets": (
        (
            "UPDATE ledger_accounts SET posted = posted + d, lot_3 = lot_3 + d "
            "FROM (VALUES ({wallet}, 3), ({other}, -3)) AS v (w, d) WHERE id = w"
        ),
        {"balance", "lot"},
    ),
    "a lot shifted to live longer": (
        "UPDATE ledger_accounts SET lot_3 = lot_3 - 4, lot_4 = lot_4 + 4 WHERE id = {wallet}",
        {"lot"},
    ),
    "held points that no hold reserves": (
        "UPDATE ledger_accounts SET held = held + 4, lot_3 = lot_3 - 4 WHERE id = {wallet}",
        {"held", "lot"},
    ),
    "an edited transfer": (
        "UPDATE ledger_transfers SET amount = amount + 1 WHERE kind = 1 AND credit = {wallet}",
        {"balance", "lot"},
    ),
    "a transfer given another quarter": (
        "UPDATE ledger_transfers SET quarter = quarter + 1 WHERE kind = 1 AND credit = {other}",
        {"lot"},
    ),
    "a removed transfer": (
        "DELETE FROM ledger_transfers WHERE kind = 1 AND credit = {other}",
        {"balance", "lot"},
    ),
    "all transfers removed": ("TRUNCATE ledger_transfers", {"balance", "lot", "quarter", "capture", "draw"}),
    "an added transfer": (
        (
            "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind) "
            "SELECT -9, a.id, b.id, 7, now(), 1, 6 FROM ledger_accounts a, ledger_accounts b "
            "WHERE a.kind = 7 AND a.unit = 1 AND b.kind = 2"
        ),
        {"balance"},
    ),
    "a transfer to an account that is not there": (
        (
            "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind) VALUES "
            "(-9, 1234, 1235, 7, now(), 1, 6)"
        ),
        {"no-account"},
    ),
    "a wallet removed": ("DELETE FROM ledger_accounts WHERE id = {wallet}", {"no-account", "unit", "hold-wallet"}),
    "a transfer that goes a way of no kind": (
        "UPDATE ledger_transfers SET kind = 8 WHERE kind = 1 AND credit = {other}",
        {"route"},
    ),
    "pence passed off as points": ("UPDATE ledger_transfers SET unit = 2 WHERE kind = 6", {"route"}),
    "a hold without its lots": ("DELETE FROM ledger_hold_lots WHERE hold_id = {open}", {"hold-lots", "lot"}),
    "lots without their hold": ("DELETE FROM ledger_holds WHERE id = {open}", {"hold-lots", "held", "lot"}),
    "a hold made smaller": (
        "UPDATE ledger_holds SET amount = amount - 1 WHERE id = {open}",
        {"hold-lots", "held"},
    ),
    "a hold said to be captured": (
        "UPDATE ledger_holds SET state = 2, resolved_at = now() WHERE id = {open}",
        {"capture", "held", "lot"},
    ),
    "a capture said to be released": (
        "UPDATE ledger_holds SET state = 3 WHERE id = {captured}",
        {"capture", "payable"},
    ),
    "points that went back to another quarter unreleased": (
        "UPDATE ledger_hold_lots SET released_quarter = quarter + 1 WHERE hold_id = {captured}",
        {"hold-moved", "lot"},
    ),
    "an unbalanced capture": (
        "UPDATE ledger_transfers SET amount = amount - 1 WHERE kind = 4",
        {"capture", "balance", "lot"},
    ),
    "a capture from another wallet": (
        "UPDATE ledger_transfers SET debit = {other} WHERE kind = 4",
        {"capture", "balance", "lot"},
    ),
    "a capture split between two payees": (
        (
            "WITH half AS (UPDATE ledger_transfers SET amount = amount - 1 WHERE kind = 4 RETURNING *) "
            "INSERT INTO ledger_transfers (id, debit, credit, amount, hold_id, effective_at, quarter, unit, kind) "
            "SELECT -9, debit, 1234, 1, hold_id, effective_at, quarter, unit, kind FROM half"
        ),
        {"payee", "balance", "no-account"},
    ),
    "a partner owed more than the points are worth": (
        "UPDATE ledger_transfers SET amount = amount + 1 WHERE kind = 5",
        {"payable", "balance"},
    ),
    "the money behind the points taken out": (
        "UPDATE ledger_accounts SET posted = posted + d FROM (VALUES (9, -500), (8, 500)) AS v (k, d) WHERE kind = k",
        {"balance", "backing"},
    ),
    "a wallet below zero": (
        (
            "ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_floor;"
            "ALTER TABLE ledger_accounts DROP CONSTRAINT ck_ledger_accounts_lot_3;"
            "UPDATE ledger_accounts SET posted = posted - 500, lot_3 = lot_3 - 500 WHERE id = {wallet}"
        ),
        {"balance", "floor", "lot", "unit"},
    ),
    "a reversal of what is not there": ("INSERT INTO ledger_reversals VALUES (1234, 1235)", {"reversal"}),
    "more refunded than was spent": (
        (
            "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind, hold_id) "
            "SELECT -9, a.id, b.id, 25, now(), 2, 14, {captured} FROM ledger_accounts a, ledger_accounts b "
            "WHERE a.kind = 10 AND b.kind = 9"
        ),
        {"balance", "refunded"},
    ),
    "the sweep said to have been further": (
        "UPDATE scheme_facts SET value = (value::int + 4)::text WHERE key = 'ledger_oldest_quarter'",
        {"quarter"},
    ),
}


def write_books(session: Session, now: datetime) -> dict[str, int]:
    """Two wallets with points in slot 3, a hold that is open, one captured: the numbers that tamperings name."""
    books = Books(session, now)
    books.award(50, now)
    books.award(30, now, wallet=OTHER)
    captured = books.hold(10, now)
    books.capture(captured, now, cost=10)
    return {"wallet": WALLET, "other": OTHER, "open": books.hold(5, now), "captured": captured}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_verify_finds(session: Session, now: datetime, tampering: str) -> None:
    names = write_books(session, now)
    assert verify_ledger(session).findings == ()
    change, expected = TAMPERINGS[tampering]
    assert {finding.check for finding in find_after(session, change.format(**names))} == expected


def test_every_check_has_a_tampering_that_it_finds() -> None:
    found = [found for _, found in (*TAMPERINGS.values(), *TAKEN_BACK.values())]
    assert {check.name for check in CHECKS} == set[str]().union(*found)


def test_a_finding_says_which_account_and_what_was_expected(session: Session, now: datetime) -> None:
    change, _ = TAMPERINGS["points from nowhere in a wallet"]
    first = find_after(session, change.format(**write_books(session, now)))[0]
    assert (first.check, first.number, first.expected, first.found) == ("balance", WALLET, 40, 45)
    assert first.sentence == f"Account {WALLET}: its transfers come to 40, its balance says 45."


def test_verify_sees_one_moment_while_others_post(database: Database, now: datetime) -> None:
    database.in_transaction(lambda session: write_books(session, now))
    with Session(database.engine) as reader:
        before = verify_ledger(reader)
        database.in_transaction(lambda session: open_wallet(session, resident_id=2**40 + 9))
        assert verify_ledger(reader) == before
        with pytest.raises(InternalError, match="read-only"):
            open_wallet(reader, resident_id=2**40 + 10)
    after = database.in_transaction(verify_ledger)
    assert (after.findings, after.accounts) == ((), before.accounts + 1)


def test_verify_counts_what_it_looked_at(session: Session, now: datetime) -> None:
    write_books(session, now)
    report = verify_ledger(session)
    assert (report.transfers, report.holds) == (7, 2)
