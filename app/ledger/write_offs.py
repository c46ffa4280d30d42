"""Points that were taken back on paper because they had been spent, by resident and budget.

A write-off moves points from the resident's receivable to the budget, where they are held: the money behind them went
to a partner, so nobody else may be given them. They leave the hold when a refold gives the same resident points of
that budget again, or when a person takes them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind, TransferKind

# What of it a refold may give again leaves out what a person decided to take: that is for a person to undo.
_OWED = text(f"""
    SELECT r.owner, t.budget, sum(t.points)::bigint, sum(t.points) FILTER (WHERE t.by_refold)::bigint
    FROM ledger_accounts r CROSS JOIN LATERAL (
        SELECT credit AS budget, amount AS points, reversal_of IS NULL AS by_refold FROM ledger_transfers
        WHERE debit = r.id AND kind <> 1 AND kind = {TransferKind.WRITE_OFF:d}
        UNION ALL
        SELECT debit, -amount, kind = {TransferKind.WRITE_BACK:d} FROM ledger_transfers
        WHERE credit = r.id AND kind IN ({TransferKind.WRITE_BACK:d}, {TransferKind.CLAWBACK:d})
    ) AS t
    WHERE r.kind = {AccountKind.RECEIVABLE:d} AND r.owner = ANY(:wallets) GROUP BY r.owner, t.budget
""")  # noqa: S608 - our own constants

_OF_EVENT = text(f"""
    SELECT t.credit, sum(t.amount)::bigint FROM ledger_transfers t JOIN ledger_accounts r ON r.id = t.debit
    WHERE r.kind = {AccountKind.RECEIVABLE:d} AND r.owner = :wallet AND t.kind <> 1
    AND t.kind = {TransferKind.WRITE_OFF:d} AND t.event_id = :event GROUP BY t.credit ORDER BY t.credit
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Owed:
    """Points written off and not set right yet; `by_refold` of them a refold may give again."""

    points: int
    by_refold: int


def find_owed(session: Session, *, wallet_ids: Iterable[int]) -> dict[tuple[int, int], Owed]:
    """What is written off, by wallet and budget. Exact while the caller has the wallets locked."""
    rows = session.execute(_OWED, {"wallets": sorted(set(wallet_ids))})
    return {
        (wallet, budget): Owed(points, max(0, min(points, by_refold or 0)))
        for wallet, budget, points, by_refold in rows
    }


def list_written_off(session: Session, *, wallet_id: int, event_id: int) -> Sequence[tuple[int, int]]:
    """Budgets with the points that were written off in this event's name, in id order."""
    return [(budget, points) for budget, points in session.execute(_OF_EVENT, {"wallet": wallet_id, "event": event_id})]
