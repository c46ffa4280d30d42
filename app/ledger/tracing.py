"""Which funders' money stands behind the points of a lot: traced to the campaigns that filled it, and who paid those.

A lot has no label, but every transfer that filled it says out of which budget, and every funding who paid for that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.chart import AccountKind, TransferKind, Unit
from app.ledger.funders import list_budget_funders

# What each campaign gave each wallet, less what it took back: in the lot's own quarter, and in all.
_GIVEN: Final = text(f"""
    SELECT lot.wallet, lot.quarter, b.owner AS campaign,
           coalesce(sum(t.points) FILTER (WHERE t.quarter = lot.quarter), 0)::bigint AS own,
           sum(t.points)::bigint AS ever
    FROM unnest(CAST(:wallets AS bigint[]), CAST(:quarters AS smallint[])) AS lot (wallet, quarter)
    CROSS JOIN LATERAL (
        SELECT debit AS budget, quarter, amount AS points FROM ledger_transfers
        WHERE credit = lot.wallet AND unit = {Unit.POINTS:d}
        UNION ALL
        SELECT credit, quarter, -amount FROM ledger_transfers
        WHERE debit = lot.wallet AND kind <> {TransferKind.AWARD:d} AND unit = {Unit.POINTS:d}
    ) AS t
    JOIN ledger_accounts b ON b.id = t.budget AND b.kind = {AccountKind.BUDGET:d}
    GROUP BY lot.wallet, lot.quarter, b.owner ORDER BY lot.wallet, lot.quarter, b.owner
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class LotPart:
    """Points of one wallet, of the quarter in which they were posted."""

    wallet_id: int
    quarter: int
    points: int


def trace_lots(session: Session, lots: Sequence[LotPart]) -> dict[int, Fraction]:
    """How many of these points each campaign gave; they add up, but for lots that no campaign filled.

    Points of a lot are alike: a part of it is every campaign's in proportion to what that gave the lot. Where only
    points that came back from elsewhere are in it, in proportion to all that it ever gave the wallet.
    """
    columns = {"wallets": [lot.wallet_id for lot in lots], "quarters": [lot.quarter for lot in lots]}
    own: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    ever: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for row in session.execute(_GIVEN, columns):
        own[row.wallet, row.quarter][row.campaign] = max(row.own, 0)
        ever[row.wallet, row.quarter][row.campaign] = max(row.ever, 0)
    traced: defaultdict[int, Fraction] = defaultdict(Fraction)
    for lot in lots:
        place = lot.wallet_id, lot.quarter
        given = own[place] if any(own[place].values()) else ever[place]
        total = sum(given.values())
        for campaign, points in given.items():
            if points:
                traced[campaign] += Fraction(lot.points * points, total)
    return dict(traced)


def weigh_funders(
    session: Session, lots: Sequence[LotPart], *, pence: int, put: Mapping[int, int]
) -> dict[int, Fraction]:
    """What each funder paid for these points, behind which `pence` stand now; `put` is all that it put behind any.

    What they have behind them above what was paid for them came when the rate was raised: that is theirs who paid then.
    """
    paid = list_budget_funders(session)
    bought: defaultdict[int, int] = defaultdict(int)
    raised = dict(put)
    for one in paid:
        bought[one.campaign_id] += one.points
        raised[one.funder_id] -= one.pence
    traced = trace_lots(session, lots)
    weights: defaultdict[int, Fraction] = defaultdict(Fraction)
    for one in paid:
        if one.campaign_id in traced:
            weights[one.funder_id] += traced[one.campaign_id] * Fraction(one.pence, bought[one.campaign_id])
    above, all_raised = pence - sum(weights.values()), sum(raised.values())
    if above > 0 and all_raised:
        for funder, part in raised.items():
            weights[funder] += above * Fraction(part, all_raised)
    return dict(weights)
