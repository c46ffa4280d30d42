"""Tamperings with what was taken back and with the money behind points, and the way to do one."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.verify import Finding, verify_ledger

TAKEN_BACK: dict[str, tuple[str, set[str]]] = {
    "more written back than was written off": (
        "UPDATE ledger_transfers SET kind = 12, debit = credit, credit = debit WHERE kind = 3",
        {"owed", "held", "balance"},
    ),
    "written-off points set free to be given again": (
        "UPDATE ledger_accounts SET held = 0 WHERE kind = 2",
        {"held"},
    ),
    "pence returned for points that never expired": (
        (
            "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind) "
            "SELECT -9, a.id, b.id, 7, now(), 2, 11 FROM ledger_accounts a, ledger_accounts b "
            "WHERE a.kind = 9 AND b.kind = 8"
        ),
        {"balance", "returned"},
    ),
    "a draw on another funder's money": (
        "INSERT INTO ledger_drawdowns VALUES (71, 99, -1, 5000, 5000, now())",
        {"draw"},
    ),
    "a reversal of another transfer": (
        "UPDATE ledger_transfers SET reversal_of = 1234 WHERE kind = 10",
        {"reversed"},
    ),
    "a reversal that nobody decided": ("TRUNCATE ledger_decisions", {"decided"}),
    "a reversal that is not noted": ("DELETE FROM ledger_reversals", {"reversed"}),
    "a backing rate above what was set aside": (
        (
            "INSERT INTO scheme_facts VALUES ('ledger_backing_pence_per_100_points', '200') "
            "ON CONFLICT (key) DO UPDATE SET value = '200'"
        ),
        {"backing"},
    ),
}
"""What somebody does to books with a write-off and a reversal, and every check that it must fail."""


def change_as_superuser(session: Session, change: str) -> None:
    """Statements of somebody who may do everything and has put the triggers to sleep."""
    session.execute(text("SET LOCAL ROLE NONE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    for statement in change.split(";"):
        session.execute(text(statement.replace(":", r"\:")))


def find_after(session: Session, change: str) -> list[Finding]:
    """What `verify` finds after a superuser has changed something."""
    change_as_superuser(session, change)
    return list(verify_ledger(session).findings)
