"""Months and ISO weeks as people write them, in London dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.core.clock import LONDON
from app.settlement.errors import PeriodUnknown

_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_WEEK: Final = re.compile(r"(20[0-9]{2})-W([0-5][0-9])")


@dataclass(frozen=True)
class Period:
    """From the midnight that begins `from_on` until the one that begins `until_on`."""

    name: str
    from_on: date
    until_on: date

    @property
    def last_on(self) -> date:
        return self.until_on - timedelta(days=1)

    @property
    def is_month(self) -> bool:
        return "W" not in self.name

    @property
    def from_at(self) -> datetime:
        return midnight(self.from_on)

    @property
    def until_at(self) -> datetime:
        return midnight(self.until_on)


def read_period(written: str) -> Period:
    """2026-11 or 2026-W48. Raises PeriodUnknown."""
    if month := _MONTH.fullmatch(written):
        first = date(int(month[1]), int(month[2]), 1)
        return Period(written, first, (first + timedelta(days=31)).replace(day=1))
    if week := _WEEK.fullmatch(written):
        try:
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        except ValueError:
            raise PeriodUnknown from None
        return Period(written, monday, monday + timedelta(days=7))
    raise PeriodUnknown


def week_of(day: date) -> Period:
    """The ISO week, Monday to Sunday, that `day` is in."""
    year, week, _ = day.isocalendar()
    return read_period(f"{year}-W{week:02}")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)
