"""The sweep that takes expired points out of wallets, quarter by quarter, and so frees their slots of the ring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.accounts import open_account
from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit, slot_of
from app.ledger.draws import split_behind
from app.ledger.journal import Entry, Plan, carry_out, lock_accounts
from app.ledger.lots import OLDEST_QUARTER, live_quarters
from app.ledger.rate import keep_rate, most_pence_for
from app.ledger.tracing import LotPart

_OLDEST = text("SELECT value::int FROM scheme_facts WHERE key = :key FOR UPDATE")

# Sorted by id, so that the sweep locks wallets in the same order as posting does.
_EXPIRED = tuple(
    text(f"""
        SELECT id, lot_{slot} FROM ledger_accounts WHERE kind = {AccountKind.WALLET:d} AND lot_{slot} > 0
        ORDER BY id LIMIT :limit FOR UPDATE
    """)  # noqa: S608 - our own constants
    for slot in range(LOTS)
)

# Asks again whether the slot is free: of the wallets that the query above waited for, none may have been left.
_ADVANCE = tuple(
    text(f"""
        UPDATE scheme_facts SET value = :value WHERE key = :key AND NOT EXISTS (
            SELECT FROM ledger_accounts WHERE kind = {AccountKind.WALLET:d} AND lot_{slot} > 0)
    """)  # noqa: S608 - our own constants
    for slot in range(LOTS)
)


_COUNT = tuple(
    text(f"SELECT count(*) FROM ledger_accounts WHERE kind = {AccountKind.WALLET:d} AND lot_{slot} > 0")  # noqa: S608 - our own constants
    for slot in range(LOTS)
)

_POTS = text(f"SELECT owner, id FROM ledger_accounts WHERE kind = {AccountKind.POT:d}")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Swept:
    """What one step of the sweep took: points out of so many wallets, and the pence that went back to pots."""

    points: int
    wallets: int
    pence: int


def expire_points(session: Session, *, now: datetime, limit: int = 1000) -> Swept | None:
    """Move the points of the oldest expired quarter to breakage, from at most `limit` wallets.

    The pence behind them go back to the pots of those who paid for them, see `draws`. Call it, each time in a
    transaction of its own, until it gives None: then nothing that has expired is left.
    """
    oldest = session.execute(_OLDEST, {"key": OLDEST_QUARTER}).scalar()
    if oldest is None or oldest >= live_quarters(now).start:
        return None
    rate = keep_rate(session)
    rows = session.execute(_EXPIRED[slot_of(oldest)], {"limit": limit}).all()
    if not rows:
        session.execute(_ADVANCE[slot_of(oldest)], {"key": OLDEST_QUARTER, "value": str(oldest + 1)})
        return Swept(0, 0, 0)
    return _take_out(session, [LotPart(wallet_id, oldest, points) for wallet_id, points in rows], rate=rate, now=now)


def forfeit_points(session: Session, *, wallet_id: int, now: datetime) -> Swept:
    """Move all that a wallet has, and no voucher holds, to breakage, as if it had expired: its holder has left.

    Raises AccountMissingError.
    """
    rate = keep_rate(session)
    wallet = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)[wallet_id]
    lots = [LotPart(wallet_id, quarter, points) for quarter, points in wallet.lots.live(now)]
    return _take_out(session, lots, rate=rate, now=now) if lots else Swept(0, 0, 0)


def _take_out(session: Session, lots: list[LotPart], *, rate: int, now: datetime) -> Swept:
    """Points out of wallets that are locked: to breakage, and the pence behind them back to the pots."""
    breakage = open_account(session, kind=AccountKind.BREAKAGE, unit=Unit.POINTS)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE)
    plan = Plan()
    for lot in lots:
        entry = Entry(
            TransferKind.EXPIRY,
            Unit.POINTS,
            debit=lot.wallet_id,
            credit=breakage,
            amount=lot.points,
            effective_at=now,
            quarter=lot.quarter,
        )
        plan.move(entry, lot_of=lot.wallet_id)
    points = sum(lot.points for lot in lots)
    pots: dict[int, int] = {row.owner: row.id for row in session.execute(_POTS)}
    lock_accounts(session, [breakage, backing, *pots.values()])
    shares = split_behind(session, lots, pence=most_pence_for(points, rate=rate))
    for funder, pence in shares.items():
        entry = Entry(
            TransferKind.RETURN, Unit.PENCE, debit=backing, credit=pots[funder], amount=pence, effective_at=now
        )
        plan.move(entry)
    carry_out(session, plan)
    return Swept(points, len({lot.wallet_id for lot in lots}), sum(shares.values()))


def count_expired(session: Session, *, now: datetime) -> int:
    """How many lots the sweep still has to empty: a wallet counts once for each of its expired quarters."""
    oldest = session.execute(text("SELECT value::int FROM scheme_facts WHERE key = :key"), {"key": OLDEST_QUARTER})
    first: int | None = oldest.scalar()
    if first is None:
        return 0
    expired = range(first, min(live_quarters(now).start, first + LOTS))
    return sum(int(session.execute(_COUNT[slot_of(quarter)]).scalar_one()) for quarter in expired)
