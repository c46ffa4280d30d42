"""Recomputes every balance, lot and reserve from transfers and holds, and says what does not agree."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.pq import TransactionStatus
from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import driver_connection
from app.ledger.verify_checks import CHECKS

MOST_FINDINGS = 100
"""Of each check; a spoilt table need not be told row by row."""

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

_PATIENCE = text("SELECT set_config('statement_timeout', '30min', true), set_config('work_mem', '128MB', true)")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `number` is that of the account, transfer or hold that `sentence` names."""

    check: str
    number: int | None
    expected: int
    found: int
    sentence: str


@dataclass(frozen=True)
class VerifyReport:
    """What was looked at, and what is wrong; no findings means that the books are in order."""

    findings: tuple[Finding, ...]
    accounts: int
    transfers: int
    holds: int


def verify_ledger(session: Session) -> VerifyReport:
    """Run every check, at most `MOST_FINDINGS` findings of each.

    In a session that has not run a statement yet, all of them see one snapshot, and may take long; in any other, each
    sees what is committed as it starts, within the session's own limits, so run it where nothing else writes.
    """
    if driver_connection(session).info.transaction_status is TransactionStatus.IDLE:
        session.execute(text(_SNAPSHOT))
        session.execute(_PATIENCE)
    findings: list[Finding] = []
    for check in CHECKS:
        rows = session.execute(text(f"SELECT * FROM ({check.sql}) AS wrong ORDER BY 1 LIMIT {MOST_FINDINGS}"))  # noqa: S608 - our own constants
        for number, expected, found in rows:
            sentence = check.says.format(number=number, expected=expected, found=found)
            findings.append(Finding(check.name, number, expected, found, sentence))
    accounts, transfers, holds = (
        session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our own constants
        for table in ("ledger_accounts", "ledger_transfers", "ledger_holds")
    )
    return VerifyReport(tuple(findings), accounts=accounts, transfers=transfers, holds=holds)
