"""Who pays for each budget: one funding writes the pence from the pot and the points into the budget together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, TransferKind, Unit

# The two transfers of one funding are neighbours: the money is the last that went behind points before the points.
_FUNDED: Final = text(f"""
    SELECT b.owner AS campaign_id, p.owner AS funder_id, sum(i.amount)::bigint AS points, sum(k.amount)::bigint AS pence
    FROM ledger_transfers i
    JOIN ledger_accounts b ON b.id = i.credit AND b.kind = {AccountKind.BUDGET:d}
    JOIN LATERAL (
        SELECT t.debit, t.amount FROM ledger_transfers t JOIN ledger_accounts c ON c.id = t.credit
        WHERE c.kind = {AccountKind.BACKING:d} AND t.kind = {TransferKind.BACK:d} AND t.id < i.id AND t.xid = i.xid
        AND t.generation = i.generation ORDER BY t.id DESC LIMIT 1
    ) AS k ON true
    JOIN ledger_accounts p ON p.id = k.debit
    WHERE i.kind = {TransferKind.ISSUE:d} AND i.debit IN (
        SELECT id FROM ledger_accounts WHERE kind = {AccountKind.ISSUANCE:d} AND unit = {Unit.POINTS:d})
    GROUP BY b.owner, p.owner ORDER BY b.owner, p.owner
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class BudgetFunder:
    """What a funder has paid for one campaign's points, over all time."""

    campaign_id: int
    funder_id: int
    points: Points
    pence: Pence


def list_budget_funders(session: Session) -> tuple[BudgetFunder, ...]:
    """By campaign, then funder; every point of a budget is in exactly one of them."""
    return tuple(
        BudgetFunder(row.campaign_id, row.funder_id, Points(row.points), Pence(row.pence))
        for row in session.execute(_FUNDED)
    )
