"""Whole numbers in forms. A time of day is a number too, and is written as a clock shows it."""

from __future__ import annotations

from time import strptime
from typing import Final, TypeVar

T = TypeVar("T")

OF_A_DAY: Final = "minutes after midnight"
_HOUR: Final = 60


def read_number(written: str, unit: str | None) -> int:
    """Raises ValueError."""
    if unit == OF_A_DAY and ":" in written:
        at = strptime(written, "%H:%M")
        return at.tm_hour * _HOUR + at.tm_min
    return int(written.replace(",", "").replace(" ", ""))


def write_number(value: T, unit: str | None) -> T | str:
    """A number as it is read by `read_number`; anything else as it is."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    return f"{value // _HOUR:02}:{value % _HOUR:02}" if unit == OF_A_DAY else str(value)
