"""Proof by tapping: two short windows at times that we name, and a tap of the card in each.

The windows lie outside the rush hours, when the card of somebody who commutes is least likely to be tapped by chance:
a card that is tapped four times a day at any time between 07:00 and 21:00 meets both with less than 1 in 400.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from app.core.clock import LONDON, london_date

WINDOW = timedelta(minutes=10)
"""How long a window is open."""

DAYS_AHEAD = 3
"""Each window lies on one of so many days: the first on the next three, the second on the three after them."""

_SLOTS = tuple(time(hour, minute) for hour in (10, 11, 12, 13, 14, 19, 20) for minute in range(0, 60, 10))


def name_windows(claim: UUID, now: datetime) -> tuple[datetime, datetime]:
    """When the two windows of a claim open. Drawn from the random bits of its id, so nobody can choose them."""
    chance = claim.int & (1 << 62) - 1
    today = london_date(now)
    opened = []
    for first_day in (1, 1 + DAYS_AHEAD):
        chance, day = divmod(chance, DAYS_AHEAD)
        chance, slot = divmod(chance, len(_SLOTS))
        opened.append(_at(today + timedelta(days=first_day + day), _SLOTS[slot]))
    return opened[0], opened[1]


def is_within(tapped_at: datetime, opens_at: datetime) -> bool:
    """Whether a tap lies in the window that opens then."""
    return opens_at <= tapped_at < opens_at + WINDOW


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)
