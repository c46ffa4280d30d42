"""When a budget would be spent, if the days of the span came again and again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta


def find_run_out(
    days: Counter[tuple[str, date]],
    campaign: str,
    *,
    left_points: int,
    first_on: date,
    last_on: date,
    today_on: date,
    until_on: date,
) -> date | None:
    """The first date that finds too little left; None when it lasts to `until_on`, which is no longer asked about."""
    length = (last_on - first_on).days + 1
    pattern = [days[campaign, first_on + timedelta(days=day)] for day in range(length)]
    whole = sum(pattern)
    if not whole or today_on >= until_on:
        return None
    spans = left_points // whole
    # Whole spans at once: a budget may last for centuries.
    if spans * length > (until_on - today_on).days:
        return None
    left, on = left_points - spans * whole, today_on + timedelta(days=spans * length)
    for points in pattern * 2:
        if on >= until_on:
            return None
        if points > left:
            return on
        left, on = left - points, on + timedelta(days=1)
    return None
