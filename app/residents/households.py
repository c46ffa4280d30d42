"""Which residents live together, so that they share what a rule gives a household; where that is, is not kept.

A household is known by a keyed hash of its address's unique property reference number (UPRN). The numbers are public
and can all be listed, so the hash is worth nothing without a secret that is not in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.core.errors import Conflict, Invalid
from app.core.secret_store import Secrets

STAYS_DAYS = 90
"""So long a household stays as it was told: whoever could hop would meet a fresh limit in each."""

_UPRN = re.compile(r"[0-9]{1,12}")


class UprnMalformed(Invalid):
    """`uprn` is not a property's number."""

    code = "uprn-malformed"

    def __init__(self) -> None:
        super().__init__("The UPRN is the number of an address: 1 to 12 digits, and not all of them noughts.")


class HouseholdChangedLately(Conflict):
    """A household changes once in 90 days; from `opens_on` (a date of ISO 8601) it can."""

    code = "household-changed-lately"

    def __init__(self, *, opens_on: date) -> None:
        super().__init__(
            f"Your household can change once in {STAYS_DAYS} days, the next time on {opens_on:%-d %B %Y}. "
            "If what you told us was a mistake, ask the help desk."
        )
        self.opens_on = opens_on.isoformat()


@dataclass(frozen=True)
class HouseholdRead:
    """`known` is false for a resident who is a household alone; `since_on` None: they never told of another."""

    known: bool
    since_on: date | None


class HouseholdKeys:
    """Hashes addresses with a key that is not in the database."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key_for("household")

    def hash_uprn(self, uprn: str) -> bytes:
        """16 bytes (HMAC-SHA256, truncated), the same with noughts in front or without. Raises UprnMalformed."""
        if not _UPRN.fullmatch(uprn) or not uprn.strip("0"):
            raise UprnMalformed
        return hmac.digest(self._key, uprn.lstrip("0").encode(), hashlib.sha256)[:16]


def join_household(
    session: Session, *, resident_id: int, uprn: str, keys: HouseholdKeys, now: datetime
) -> HouseholdRead:
    """From now on the resident's events count with those of this address. Telling the same again changes nothing.

    Raises UprnMalformed or HouseholdChangedLately.
    """
    return _change(session, resident_id, keys.hash_uprn(uprn), now)


def leave_household(session: Session, *, resident_id: int, now: datetime) -> HouseholdRead:
    """From now on the resident is a household alone. Raises HouseholdChangedLately."""
    return _change(session, resident_id, None, now)


def _change(session: Session, resident_id: int, household: bytes | None, now: datetime) -> HouseholdRead:
    known = session.execute(
        text("SELECT household, household_since_on FROM residents WHERE id = :resident FOR NO KEY UPDATE"),
        {"resident": resident_id},
    ).one()
    since_on: date | None = known.household_since_on
    if household == (None if known.household is None else bytes(known.household)):
        return HouseholdRead(known=household is not None, since_on=since_on)
    today = london_date(now)
    if since_on is not None and today < since_on + timedelta(days=STAYS_DAYS):
        raise HouseholdChangedLately(opens_on=since_on + timedelta(days=STAYS_DAYS))
    session.execute(
        text("UPDATE residents SET household = :household, household_since_on = :today WHERE id = :resident"),
        {"household": household, "today": today, "resident": resident_id},
    )
    return HouseholdRead(known=household is not None, since_on=today)
