"""Points that can still cost money, and the money behind them, as they were at any instant: from transfers alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, Unit
from app.ledger.draws import read_behind_at
from app.ledger.rate import FIRST_RATE, pence_behind
from app.ledger.sharing import share_out

# What is in budgets and wallets follows from the few accounts at the ends, as in `rate`.
_POINTS: Final = text(f"""
    WITH ends AS (
        SELECT id FROM ledger_accounts WHERE unit = {Unit.POINTS:d} AND kind IN (
            {AccountKind.ISSUANCE:d}, {AccountKind.REDEEMED:d}, {AccountKind.COMMUNITY_GROUP:d},
            {AccountKind.BREAKAGE:d})
    )
    SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE debit IN (SELECT id FROM ends) AND kind <> 1 AND effective_at < :at)
         - (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE credit IN (SELECT id FROM ends) AND effective_at < :at)
""")  # noqa: S608 - our own constants

_BACKING: Final = text(f"""
    WITH backing AS (SELECT id FROM ledger_accounts WHERE kind = {AccountKind.BACKING:d})
    SELECT (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE credit IN (SELECT id FROM backing) AND effective_at < :at)
         - (SELECT coalesce(sum(amount), 0) FROM ledger_transfers
            WHERE debit IN (SELECT id FROM backing) AND kind <> 1 AND effective_at < :at)
""")  # noqa: S608 - our own constants

_RATE: Final = text(
    "SELECT amount FROM ledger_decisions WHERE kind = 'rate' AND made_at < :at ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True)
class FunderShare:
    """`behind_pence` is what the funder has left behind points that nobody has spent; `owed_pence` its share."""

    funder_id: int
    behind_pence: Pence
    owed_pence: Pence


@dataclass(frozen=True)
class Outstanding:
    """`owed_pence` is the points in budgets and wallets at the backing rate, rounded up; the shares add up to it.

    `backing_pence` is what stood behind them, never less.
    """

    points: Points
    pence_per_100_points: int
    owed_pence: Pence
    backing_pence: Pence
    shares: tuple[FunderShare, ...]


def read_outstanding(session: Session, *, at: datetime) -> Outstanding:
    """As it stood just before `at`; for an instant that is over the same today as then."""
    points = int(session.execute(_POINTS, {"at": at}).scalar_one())
    rate = int(session.execute(_RATE, {"at": at}).scalar() or FIRST_RATE)
    owed = pence_behind(points, rate=rate)
    behind = read_behind_at(session, at=at)
    shares = share_out(owed, behind)
    return Outstanding(
        points=Points(points),
        pence_per_100_points=rate,
        owed_pence=owed,
        backing_pence=Pence(int(session.execute(_BACKING, {"at": at}).scalar_one())),
        shares=tuple(
            FunderShare(funder, Pence(pence), Pence(shares.get(funder, 0))) for funder, pence in behind.items()
        ),
    )
