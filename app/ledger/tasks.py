"""Work on the books that nobody asks for: points whose time is over expire, and what is final is sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from app.core.database import Database
from app.ledger.errors import SealsLostError
from app.ledger.expiry import expire_points
from app.ledger.kept_seals import find_copy, keep_copy
from app.ledger.notices import find_due_notices, queue_notices
from app.ledger.seal_keys import SealKey
from app.ledger.seals import Seal, find_seal, seal_entries

BATCH = 1000


@dataclass(frozen=True)
class SweepDone:
    """What a sweep did: points out of so many lots, the pence that went back to pots, notices queued."""

    points: int
    lots: int
    pence: int
    notices: int


def sweep_points(
    database: Database,
    *,
    now: datetime,
    batch: int = BATCH,
    passed: Callable[[int], None] = lambda _: None,
) -> SweepDone:
    """Expire what is over and queue the notices that are due, in transactions of up to `batch` wallets.

    Stopped at any point, the next run goes on from there. `passed` is told how many lots are done.
    """
    points = lots = pence = 0
    while (swept := database.in_transaction(lambda s: expire_points(s, now=now, limit=batch))) is not None:
        points, lots, pence = points + swept.points, lots + swept.wallets, pence + swept.pence
        passed(lots)
    return SweepDone(points, lots, pence, queue_due_notices(database, now=now, batch=batch))


def queue_due_notices(database: Database, *, now: datetime, batch: int = BATCH) -> int:
    """Queue the notices that are due, in transactions of up to `batch` wallets; how many are new."""
    queued = 0
    for expiry in database.in_transaction(lambda session: find_due_notices(session, now=now)):
        after: int | None = 0
        while after is not None:
            done = database.in_transaction(
                lambda s, expiry=expiry, after=after: queue_notices(  # type: ignore[misc] # mypy can't infer defaults
                    s, expiry=expiry, now=now, after_wallet=after, limit=batch
                )
            )
            queued, after = queued + done.notices, done.last_wallet
    return queued


def seal_books(database: Database, *, key: SealKey, scheme: str, copy: Path, now: datetime) -> Seal | None:
    """Seal what is final, and keep a copy of the seal in the file `copy`; None when there was nothing to seal.

    Raises SealsLostError when the database no longer has the seal that is kept there, RestoredElsewhere.
    """
    kept = find_copy(copy)

    def seal(session: Session) -> Seal | None:
        if kept is not None:
            found = find_seal(session, number=kept.number)
            if found is None or found.head != kept.head:
                raise SealsLostError(number=kept.number)
        return seal_entries(session, key=key, scheme=scheme, now=now)

    made = database.in_transaction(seal)
    if made is not None:
        keep_copy(copy, made)
    return made
