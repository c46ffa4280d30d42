"""Europe/London time from a frozen table, so that a replay in ten years counts the same days as today.

The table is arithmetic (the last Sundays of March and October at 01:00 UTC, Summer Time Order 2002), never the
machine's time zone files, which change under a running system. It goes into every artefact.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

import msgspec

Per = Literal["event", "day", "week", "month", "validity", "lifetime"]
PERS: Final[tuple[Per, ...]] = ("event", "day", "week", "month", "validity", "lifetime")
# Weeks begin in one month and end in another, so a week lies within none of them.
_CROSSING: Final = ("week", "month")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR: Final = 2010
LAST_YEAR: Final = 2060

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_DAY_SECONDS: Final = 86_400
_SUMMER_SECONDS: Final = 3_600
_HOUR_MICROS: Final = 3_600_000_000
_MOST_HOURS: Final = 16_384
# 1 January 1970 was a Thursday: three days on, day numbers fall into weeks that begin on Monday.
_TO_MONDAY: Final = 3


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def london_transitions() -> tuple[tuple[int, int], ...]:
    """Pairs of (UTC second since 1970, offset in seconds from then on)."""
    pairs = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month, offset_seconds in ((3, _SUMMER_SECONDS), (10, 0)):
            day = _last_sunday(year, month).toordinal() - _EPOCH_ORDINAL
            pairs.append((day * _DAY_SECONDS + 3_600, offset_seconds))
    return tuple(pairs)


def nested(inner: Per, outer: Per) -> bool:
    """Whether every window of `inner` lies within one window of `outer`."""
    return PERS.index(inner) <= PERS.index(outer) and (inner, outer) != _CROSSING


def to_micros(at: datetime) -> int:
    """Exact microseconds since 1970; an instant without a zone raises TypeError."""
    since = at - _EPOCH
    return (since.days * _DAY_SECONDS + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def day_number(on: date) -> int:
    """Days since 1 January 1970."""
    return on.toordinal() - _EPOCH_ORDINAL


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A local moment. `windows` answers, in the order of PERS, which day, ISO week or month this is, as a number."""

    day: int
    minute: int
    windows: tuple[int, int, int, int, int, int]
    weekday: str


@lru_cache(maxsize=4_096)
def _calendar(day: int) -> tuple[tuple[int, int, int, int, int, int], str]:
    """Most events of a batch fall on one of few days, so their windows are worked out once a day."""
    local = date.fromordinal(day + _EPOCH_ORDINAL)
    week, weekday = divmod(day + _TO_MONDAY, 7)
    return (0, day, week, local.year * 12 + local.month, 0, 0), WEEKDAYS[weekday]


@dataclass(frozen=True, slots=True)
class Clock:
    """`transitions` as from `london_transitions`; before the first and after the last the nearest offset holds."""

    transitions: tuple[tuple[int, int], ...] = field(default_factory=london_transitions)
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _offsets: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _hours: dict[int, Moment] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        assert not any(start % 3_600 or offset % 3_600 for start, offset in self.transitions), "whole hours of UTC"
        object.__setattr__(self, "_starts", tuple(start for start, _ in self.transitions))
        object.__setattr__(self, "_offsets", (0, *(offset for _, offset in self.transitions)))
        object.__setattr__(self, "_hours", {})

    def moment(self, micros: int) -> Moment:
        hour, rest = divmod(micros, _HOUR_MICROS)
        begun = self._hours.get(hour)
        if begun is None:
            begun = self._begin_hour(hour)
        return Moment(begun.day, begun.minute + rest // 60_000_000, begun.windows, begun.weekday)

    def _begin_hour(self, hour: int) -> Moment:
        """Events crowd into few hours, and no clock changes within one, so each is worked out once."""
        seconds = hour * 3_600
        day, second = divmod(seconds + self._offsets[bisect_right(self._starts, seconds)], _DAY_SECONDS)
        windows, weekday = _calendar(day)
        if len(self._hours) >= _MOST_HOURS:
            self._hours.clear()
        moment = self._hours[hour] = Moment(day, second // 60, windows, weekday)
        return moment

    def midnight(self, on: date) -> datetime:
        """The UTC instant at which the local date `on` begins; clocks never change at midnight in London."""
        local = day_number(on) * _DAY_SECONDS
        # Changes come at 01:00 UTC, so taking local midnight for UTC finds the offset that is in force at it.
        offset_seconds = self._offsets[bisect_right(self._starts, local)]
        return from_micros((local - offset_seconds) * 1_000_000)


LONDON: Final = Clock()
