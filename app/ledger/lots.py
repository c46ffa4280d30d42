"""When points expire, and which quarter each slot of a wallet's ring of lots stands for.

A slot has no label. What it holds follows from one fact, the oldest quarter not yet swept: a slot belongs to the one
quarter from `oldest` to `oldest + 7` that falls on it. So points may only go into those quarters, and points of a
quarter that ought to have been swept can neither be mistaken for newer ones nor mixed with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.core.clock import london_date
from app.ledger.chart import LOTS, quarter_end_on, quarter_of, slot_of

LIFE_QUARTERS = 5
"""Points expire at the end of the fifth quarter after the one in which they were posted."""

LEAST_DAYS_LEFT = 30
"""Points that are given back stay spendable for at least so many days."""

OLDEST_QUARTER = "ledger_oldest_quarter"
"""Name of the scheme's fact that says from which quarter on lots may hold points."""

LOT_COLUMNS = ", ".join(f"lot_{slot}" for slot in range(LOTS))
"""The ring's columns in the order of their slots."""


def live_quarters(now: datetime) -> range:
    """Quarters whose points may be spent, soonest to expire first."""
    newest = quarter_of(now)
    return range(newest - LIFE_QUARTERS, newest + 1)


def expires_on(quarter: int) -> date:
    """First date on which points of `quarter` can no longer be spent."""
    return quarter_end_on(quarter + LIFE_QUARTERS)


def landing_quarter(quarter: int, now: datetime) -> int:
    """Where points of `quarter` go when they are given back: there, or to the oldest quarter with 30 days left."""
    today = london_date(now)
    lasting = (live for live in live_quarters(now) if (expires_on(live) - today).days >= LEAST_DAYS_LEFT)
    return max(quarter, next(lasting))


@dataclass(frozen=True)
class Lots:
    """One wallet's lots as stored, read by quarter."""

    by_slot: tuple[int, ...]
    oldest: int

    def points_of(self, quarter: int) -> int:
        """Points of this quarter; 0 where the slot stands for another one."""
        return self.by_slot[slot_of(quarter)] if may_hold(quarter, self.oldest) else 0

    def live(self, now: datetime) -> Iterator[tuple[int, int]]:
        """Quarters with points to spend and how many, soonest to expire first."""
        for quarter in live_quarters(now):
            if points := self.points_of(quarter):
                yield quarter, points


def may_hold(quarter: int, oldest: int) -> bool:
    """Whether some slot stands for this quarter."""
    return oldest <= quarter < oldest + LOTS
