"""What a partner earned and was paid, week by week or month by month, from the ledger itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.settlement.periods import Period, read_period, week_of

# The same lines as of a statement, summed; what is owed at the end of a period is all that stands up to it.
_SUMS: Final = text(f"""
    WITH mine AS (
        SELECT id FROM ledger_accounts
        WHERE kind = {AccountKind.PAYABLE:d} AND unit = {Unit.PENCE:d} AND owner = :partner
    ), moved AS (
        SELECT kind, effective_at, amount AS pence FROM ledger_transfers WHERE credit = (SELECT id FROM mine)
        UNION ALL
        SELECT kind, effective_at, -amount FROM ledger_transfers WHERE debit = (SELECT id FROM mine) AND kind <> 1
    )
    SELECT date_trunc(:unit, effective_at AT TIME ZONE 'Europe/London')::date AS from_on,
           coalesce(sum(pence) FILTER (WHERE kind <> {TransferKind.SETTLE:d}), 0)::bigint AS earned,
           coalesce(-sum(pence) FILTER (WHERE kind = {TransferKind.SETTLE:d}), 0)::bigint AS paid,
           sum(sum(pence)) OVER (ORDER BY date_trunc(:unit, effective_at AT TIME ZONE 'Europe/London'))::bigint AS owed
    FROM moved GROUP BY 1, date_trunc(:unit, effective_at AT TIME ZONE 'Europe/London')
    ORDER BY 1 DESC LIMIT :limit
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class PeriodSums:
    """`earned_pence` is less what was given back, `paid_pence` less what a bank returned; `owed_pence` at the end."""

    period: Period
    earned_pence: Pence
    paid_pence: Pence
    owed_pence: Pence


def list_sums(
    session: Session, *, partner_id: int, unit: Literal["week", "month"], limit: int
) -> tuple[PeriodSums, ...]:
    """The latest first; only periods in which something moved."""
    rows = session.execute(_SUMS, {"partner": partner_id, "unit": unit, "limit": limit})
    return tuple(
        PeriodSums(
            week_of(row.from_on) if unit == "week" else read_period(f"{row.from_on:%Y-%m}"),
            Pence(row.earned),
            Pence(row.paid),
            Pence(row.owed),
        )
        for row in rows
    )
