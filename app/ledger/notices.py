"""Who has to be told that points will expire: 60, 30 and 7 days before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.ledger.chart import LOTS, AccountKind, slot_of
from app.ledger.lots import OLDEST_QUARTER, expires_on, live_quarters, may_hold
from app.outbox import Expiry, queue_expiry_notices

NOTICE_DAYS = (60, 30, 7)
"""How many days before points expire their holder is told."""

_OLDEST = text("SELECT value::int FROM scheme_facts WHERE key = :key")

_HOLDERS = tuple(
    text(f"""
        SELECT id, lot_{slot} FROM ledger_accounts
        WHERE kind = {AccountKind.WALLET:d} AND lot_{slot} > 0 AND id > :after ORDER BY id LIMIT :limit
    """)  # noqa: S608 - our own constants
    for slot in range(LOTS)
)


@dataclass(frozen=True)
class Queued:
    """`notices` are new; `last_wallet` is where to go on, None when everybody has been looked at."""

    notices: int
    last_wallet: int | None


def find_due_notices(session: Session, *, now: datetime) -> tuple[Expiry, ...]:
    """The quarters whose holders have to be told now, soonest to expire first.

    Only the nearest notice is due: whoever was not told at 60 days gets one notice at 30, not two.
    """
    oldest: int | None = session.execute(_OLDEST, {"key": OLDEST_QUARTER}).scalar()
    today = london_date(now)
    due = []
    for quarter in live_quarters(now):
        left = (expires_on(quarter) - today).days
        days = min((days for days in NOTICE_DAYS if left <= days), default=None)
        if days is not None and oldest is not None and may_hold(quarter, oldest):
            due.append(Expiry(quarter, days, expires_on(quarter)))
    return tuple(due)


def queue_notices(
    session: Session, *, expiry: Expiry, now: datetime, after_wallet: int = 0, limit: int = 1000
) -> Queued:
    """Queue a notice for the next `limit` wallets with points of that quarter; a second run queues nothing twice."""
    rows = session.execute(_HOLDERS[slot_of(expiry.quarter)], {"after": after_wallet, "limit": limit}).all()
    points_of = [(wallet_id, points) for wallet_id, points in rows]
    queued = queue_expiry_notices(session, expiry=expiry, points_of=points_of, now=now)
    return Queued(queued, rows[-1].id if len(rows) == limit else None)
