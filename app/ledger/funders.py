"""Who pays for each budget: one funding writes the pence from the pot and the points into the budget together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, TransferKind, Unit

# The two transfers of one funding are neighbours: the money is the last that went behind points before the points.
# Pots and fundings are few, and are found by what they debit: OFFSET 0 keeps the planner, which cannot know that, from
# reading what was given to wallets.
_OUT_OF: Final = f"""
    SELECT t.*, a.owner FROM ledger_accounts a CROSS JOIN LATERAL (
        SELECT id, xid, generation, amount, credit FROM ledger_transfers
        WHERE debit = a.id AND kind <> {TransferKind.AWARD:d} AND kind = {{kind:d}} OFFSET 0
    ) AS t WHERE a.kind = {{account:d}} AND a.unit = {{unit:d}}
"""  # noqa: S608 - our own constants
_PAID: Final = _OUT_OF.format(kind=TransferKind.BACK, account=AccountKind.POT, unit=Unit.PENCE)
_ISSUED: Final = _OUT_OF.format(kind=TransferKind.ISSUE, account=AccountKind.ISSUANCE, unit=Unit.POINTS)
_FUNDED: Final = text(f"""
    WITH paid AS MATERIALIZED ({_PAID}), issued AS MATERIALIZED ({_ISSUED})
    SELECT b.owner AS campaign_id, k.owner AS funder_id, sum(i.amount)::bigint AS points, sum(k.amount)::bigint AS pence
    FROM issued i
    JOIN ledger_accounts b ON b.id = i.credit AND b.kind = {AccountKind.BUDGET:d}
    JOIN LATERAL (
        SELECT owner, amount FROM paid
        WHERE paid.id < i.id AND paid.xid = i.xid AND paid.generation = i.generation ORDER BY paid.id DESC LIMIT 1
    ) AS k ON true
    GROUP BY b.owner, k.owner ORDER BY b.owner, k.owner
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
