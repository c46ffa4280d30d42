"""Nobody is in two places at once, and nobody's day has more than 24 hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.hosting.attendance_errors import DayTooLong, SessionsOverlap
from app.hosting.session_queries import SessionRead

MINUTES_A_DAY = 24 * 60
SECOND_PERSON_ABOVE_MINUTES = 8 * 60
"""More than so much of one person's day needs the word of two hosts."""

_OTHERS = """
    SELECT a.resident_id, s.starts_at, a.minutes FROM attendances a JOIN host_sessions s ON s.id = a.session_id
    WHERE a.resident_id = ANY(:residents) AND a.state IN ('waiting', 'counted') AND a.session_id <> :session
      AND a.minutes IS NOT NULL AND s.starts_at BETWEEN :first AND :last
"""

_TOLD_BY_OTHERS = """
    SELECT e.resident_id, e.happened_at AS starts_at, (e.data->>'minutes')::int AS minutes FROM events e
    WHERE e.resident_id = ANY(:residents) AND e.happened_at BETWEEN :first AND :last AND e.voided_at IS NULL
      AND e.type IN ('volunteer.session', 'health.session') AND e.data ? 'minutes' AND e.external_id NOT LIKE 'ses\\_%'
"""


@dataclass(frozen=True)
class _Stay:
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass
class Days:
    """What is known of each resident's days around a session: stays told by hosts, and minutes told by others."""

    stays: dict[int, list[_Stay]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, resident_id: int, starts_at: datetime, minutes: int) -> int:
        """Minutes of the resident's day with this stay in it. Raises SessionsOverlap or DayTooLong."""
        stay = _Stay(starts_at, minutes)
        if any(one.starts_at < stay.ends_at and stay.starts_at < one.ends_at for one in self.stays[resident_id]):
            raise SessionsOverlap
        on = london_date(starts_at)
        hosted = sum(one.minutes for one in self.stays[resident_id] if london_date(one.starts_at) == on)
        total = hosted + self.told[resident_id, on] + minutes
        if total > MINUTES_A_DAY:
            raise DayTooLong
        self.stays[resident_id].append(stay)
        return total


def load_days(session: Session, *, hosted: SessionRead, resident_ids: Collection[int]) -> Days:
    """The residents' states are locked by the caller, so nobody adds to their days meanwhile."""
    around = timedelta(days=2)
    facts = {
        "residents": list(resident_ids),
        "session": hosted.id,
        "first": hosted.starts_at - around,
        "last": hosted.ends_at + around,
    }
    days = Days()
    for row in session.execute(text(_OTHERS), facts):
        days.stays[row.resident_id].append(_Stay(row.starts_at, row.minutes))
    for row in session.execute(text(_TOLD_BY_OTHERS), facts):
        days.told[row.resident_id, london_date(row.starts_at)] += row.minutes
    return days
