"""Rows of a report: something before, after, and the difference."""

from __future__ import annotations

from collections import Counter
from typing import Final

FEW: Final = "fewer than 5 residents"
_FEWEST_RESIDENTS: Final = 5

Row = dict[str, object]


def make_row(key: str, before: int, after: int) -> Row:
    return {"key": key, "before_points": before, "after_points": after, "difference_points": after - before}


def make_rows(before: Counter[str], after: Counter[str]) -> list[Row]:
    return [make_row(key, before[key], after[key]) for key in sorted(before.keys() | after.keys())]


def make_rows_of_many(before: Counter[str], after: Counter[str], residents: Counter[str]) -> list[Row]:
    """Places with few residents stand in one row, or the table would tell what a neighbour got."""
    few = {key for key, number in residents.items() if number < _FEWEST_RESIDENTS}
    rows = [
        make_row(key, before[key], after[key]) | {"residents": residents[key]}
        for key in sorted(residents)
        if key not in few
    ]
    if few:
        had, gets = sum(before[key] for key in few), sum(after[key] for key in few)
        rows.append(make_row(FEW, had, gets) | {"residents": sum(residents[key] for key in few)})
    return rows
