"""The public counter: points that can be spent, the money behind them, and what became of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.chart import AccountKind, Unit
from app.ledger.rate import pence_behind, read_rate

_SUMS = text("SELECT kind, unit, sum(posted)::bigint, sum(held)::bigint FROM ledger_accounts GROUP BY kind, unit")

_GROUP = text(f"""
    SELECT coalesce(sum(posted), 0)::bigint FROM ledger_accounts
    WHERE kind = {AccountKind.COMMUNITY_GROUP:d} AND unit = {Unit.POINTS:d} AND owner = :owner
""")  # noqa: S608 - our own constants

_POTS = text(f"""
    SELECT owner, posted FROM ledger_accounts WHERE kind = {AccountKind.POT:d} AND unit = {Unit.PENCE:d} ORDER BY owner
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class MoneyRead:
    """`needed_pence` is the backing rate times the points in wallets and budgets; `backing_pence` is never less."""

    wallet_points: Points
    budget_points: Points
    redeemed_points: Points
    donated_points: Points
    expired_points: Points
    written_off_points: Points
    pence_per_100_points: int
    needed_pence: Pence
    backing_pence: Pence
    pot_pence: Pence
    owed_to_partners_pence: Pence


@dataclass(frozen=True)
class PotRead:
    """Money that a funder set aside and that is not yet behind points."""

    funder_id: int
    pence: Pence


def read_money(session: Session) -> MoneyRead:
    """All of it as it stands in one statement's snapshot, the rate aside."""
    rate = read_rate(session)
    posted: dict[tuple[int, int], int] = {}
    held: dict[tuple[int, int], int] = {}
    for kind, unit, sum_posted, sum_held in session.execute(_SUMS):
        posted[kind, unit], held[kind, unit] = sum_posted, sum_held

    def points(kind: AccountKind) -> Points:
        return Points(posted.get((kind, Unit.POINTS), 0))

    def pence(kind: AccountKind) -> Pence:
        return Pence(posted.get((kind, Unit.PENCE), 0))

    budgets = Points(points(AccountKind.BUDGET) - held.get((AccountKind.BUDGET, Unit.POINTS), 0))
    return MoneyRead(
        wallet_points=points(AccountKind.WALLET),
        budget_points=budgets,
        redeemed_points=points(AccountKind.REDEEMED),
        donated_points=points(AccountKind.COMMUNITY_GROUP),
        expired_points=points(AccountKind.BREAKAGE),
        written_off_points=Points(-points(AccountKind.RECEIVABLE)),
        pence_per_100_points=rate,
        needed_pence=pence_behind(points(AccountKind.WALLET) + budgets, rate=rate),
        backing_pence=pence(AccountKind.BACKING),
        pot_pence=pence(AccountKind.POT),
        owed_to_partners_pence=pence(AccountKind.PAYABLE),
    )


def read_group_total(session: Session, *, group_id: int) -> Points:
    """Points that residents gave to a community group; 0 for one that nobody gave to."""
    return Points(session.execute(_GROUP, {"owner": group_id}).scalar_one())


def list_pots(session: Session) -> tuple[PotRead, ...]:
    """Every funder's pot, by funder; there are few."""
    return tuple(PotRead(owner, Pence(posted)) for owner, posted in session.execute(_POTS))
