"""The sweep that takes expired points out of wallets, quarter by quarter, and so frees their slots of the ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.accounts import open_account
from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit, slot_of
from app.ledger.journal import Entry, Plan, carry_out, lock_accounts
from app.ledger.lots import OLDEST_QUARTER, live_quarters
from app.ledger.rate import keep_rate, most_pence_for

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

# What each funder has put behind points, less what came back.
_PUT_BEHIND = text(f"""
    SELECT p.id, (
        SELECT coalesce(sum(amount), 0) FROM ledger_transfers
        WHERE debit = p.id AND kind <> 1 AND kind = {TransferKind.BACK:d}
    )::bigint - (
        SELECT coalesce(sum(amount), 0) FROM ledger_transfers
        WHERE credit = p.id AND kind = {TransferKind.RETURN:d}
    )::bigint AS pence
    FROM ledger_accounts p WHERE p.kind = {AccountKind.POT:d} ORDER BY p.id
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class Swept:
    """What one step of the sweep took: points out of so many wallets, and the pence that went back to pots."""

    points: int
    wallets: int
    pence: int


def expire_points(session: Session, *, now: datetime, limit: int = 1000) -> Swept | None:
    """Move the points of the oldest expired quarter to breakage, from at most `limit` wallets.

    The pence behind them go back to the pots, to each funder in proportion to what it has put behind points. Call it,
    each time in a transaction of its own, until it gives None: then nothing that has expired is left.
    """
    oldest = session.execute(_OLDEST, {"key": OLDEST_QUARTER}).scalar()
    if oldest is None or oldest >= live_quarters(now).start:
        return None
    rate = keep_rate(session)
    rows = session.execute(_EXPIRED[slot_of(oldest)], {"limit": limit}).all()
    if not rows:
        session.execute(_ADVANCE[slot_of(oldest)], {"key": OLDEST_QUARTER, "value": str(oldest + 1)})
        return Swept(0, 0, 0)
    return _take_out(session, [(wallet_id, oldest, points) for wallet_id, points in rows], rate=rate, now=now)


def forfeit_points(session: Session, *, wallet_id: int, now: datetime) -> Swept:
    """Move all that a wallet has, and no voucher holds, to breakage, as if it had expired: its holder has left.

    Raises AccountMissingError.
    """
    rate = keep_rate(session)
    wallet = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)[wallet_id]
    lots = [(wallet_id, quarter, points) for quarter, points in wallet.lots.live(now) if points]
    return _take_out(session, lots, rate=rate, now=now) if lots else Swept(0, 0, 0)


def _take_out(session: Session, lots: list[tuple[int, int, int]], *, rate: int, now: datetime) -> Swept:
    """Wallets, quarters and points, the wallets locked: to breakage, and the pence behind them back to the pots."""
    breakage = open_account(session, kind=AccountKind.BREAKAGE, unit=Unit.POINTS)
    plan = Plan()
    for wallet_id, quarter, points in lots:
        entry = Entry(
            TransferKind.EXPIRY,
            Unit.POINTS,
            debit=wallet_id,
            credit=breakage,
            amount=points,
            effective_at=now,
            quarter=quarter,
        )
        plan.move(entry, lot_of=wallet_id)
    points = sum(entry.amount for entry in plan.entries)
    pence = most_pence_for(points, rate=rate)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE)
    put_behind = {pot: behind for pot, behind in session.execute(_PUT_BEHIND) if behind > 0}
    for pot, share in share_out(pence, put_behind).items():
        plan.move(Entry(TransferKind.RETURN, Unit.PENCE, debit=backing, credit=pot, amount=share, effective_at=now))
    wallets = {wallet_id for wallet_id, _, _ in lots}
    lock_accounts(session, plan.deltas.keys() - wallets)
    carry_out(session, plan)
    return Swept(points, len(wallets), pence)


def count_expired(session: Session, *, now: datetime) -> int:
    """How many lots the sweep still has to empty: a wallet counts once for each of its expired quarters."""
    oldest = session.execute(text("SELECT value::int FROM scheme_facts WHERE key = :key"), {"key": OLDEST_QUARTER})
    first: int | None = oldest.scalar()
    if first is None:
        return 0
    expired = range(first, min(live_quarters(now).start, first + LOTS))
    return sum(int(session.execute(_COUNT[slot_of(quarter)]).scalar_one()) for quarter in expired)


def share_out(pence: int, put_behind: Mapping[int, int]) -> dict[int, int]:
    """Split `pence` in proportion, by largest remainder, the lower id first; no share is above what was put in."""
    total = sum(put_behind.values())
    if not pence or not total:
        return {}
    shares = {pot: pence * part // total for pot, part in put_behind.items()}
    by_remainder = sorted(put_behind, key=lambda pot: (-(pence * put_behind[pot] % total), pot))
    for pot in by_remainder[: pence - sum(shares.values())]:
        shares[pot] += 1
    return {pot: share for pot, share in shares.items() if share}
