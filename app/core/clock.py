"""The only reader of the clock: UTC instants in storage, Europe/London dates for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Gives the present instant, always aware and in UTC; edges pass it on to services as `now`."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands where it is put, for tests and demonstrations."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def write_instant(instant: datetime) -> str:
    """The instant as the API writes it: RFC 3339 in UTC, 2026-09-01T06:41:07Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_clock(instant: datetime) -> str:
    """The time in Leeds as GOV.UK writes times: 9am, 5:30pm."""
    local = instant.astimezone(LONDON)
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon


def london_date(instant: datetime) -> date:
    """The calendar date that a person in Leeds would call `instant`."""
    return instant.astimezone(LONDON).date()
