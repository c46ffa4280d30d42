"""Work on vouchers that nobody asks for: those whose time is over give their points and stock back."""

from __future__ import annotations

from datetime import datetime

from app.core.database import Database
from app.redemption.service import expire_due_vouchers

BATCH = 500


def sweep_due_vouchers(database: Database, *, now: datetime) -> int:
    """End every voucher that is due, in transactions of up to BATCH; returns how many."""
    total = 0
    while True:
        ended = database.in_transaction(lambda session: expire_due_vouchers(session, now=now, limit=BATCH))
        total += ended
        if ended < BATCH:
            return total
