"""The sweep that takes expired points out of wallets, quarter by quarter, and so frees their slots of the ring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.ledger.accounts import open_account
from app.ledger.chart import LOTS, AccountKind, TransferKind, Unit, slot_of
from app.ledger.journal import Entry, Plan, carry_out
from app.ledger.lots import OLDEST_QUARTER, live_quarters

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


def expire_points(session: Session, *, now: datetime, limit: int = 1000) -> int | None:
    """Move the points of the oldest expired quarter to breakage, from at most `limit` wallets; how many points.

    Call it, each time in a transaction of its own, until it gives None: then nothing that has expired is left.
    """
    oldest = session.execute(_OLDEST, {"key": OLDEST_QUARTER}).scalar()
    if oldest is None or oldest >= live_quarters(now).start:
        return None
    rows = session.execute(_EXPIRED[slot_of(oldest)], {"limit": limit}).all()
    if not rows:
        session.execute(_ADVANCE[slot_of(oldest)], {"key": OLDEST_QUARTER, "value": str(oldest + 1)})
        return 0
    breakage = open_account(session, kind=AccountKind.BREAKAGE, unit=Unit.POINTS)
    plan = Plan()
    for wallet_id, points in rows:
        entry = Entry(
            TransferKind.EXPIRY,
            Unit.POINTS,
            debit=wallet_id,
            credit=breakage,
            amount=points,
            effective_at=now,
            quarter=oldest,
        )
        plan.move(entry, lot_of=wallet_id)
    carry_out(session, plan)
    return sum(entry.amount for entry in plan.entries)
