"""A report as one tidy table, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

HEADER: Final = ("section", "key", "before", "after", "difference", "unit")
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | None


def write_table(report: Mapping[str, Any]) -> str:
    """CSV with a header; text that a spreadsheet would run as a formula is led by an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows([_neutralise(cell) for cell in row] for row in _rows(report))
    return out.getvalue()


def _neutralise(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    yield "about", report["caveat"], None, None, None, None
    if report["history"]["advice"]:
        yield "about", report["history"]["advice"], None, None, None, None
    yield "cost", *_points(report["cost"])
    for section in ("rules", "campaigns", "wards", "deciles", "days"):
        for row in report[section]:
            yield section, *_points(row)
    yield from _measures(report)


def _measures(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for name in ("p5", "p50", "p95"):
        bands = report["bands"]
        yield "bands", name, bands["before"][name], bands["after"][name], bands["difference"][name], "points"
    for name in ("p50", "p95", "max"):
        spread = report["spread"]
        yield "spread", name, spread["before"][name], spread["after"][name], spread["difference"][name], "points"
    for name, number in report["residents"].items():
        yield "residents", name, None, number, None, "residents"
    for row in report["limits"]:
        had, has = row["before_times"], row["after_times"]
        yield "limits", f"{row['rule']} {row['limit']}", had, has, has - had, "times"
    for name, number in report["draft"]["outcomes"].items():
        yield "outcomes", name, None, number, None, "events"
    for row in report["uptake"]:
        yield "uptake", f"{row['percent']} percent", None, None, row["difference_points"], "points"
    for row in report["run_out"]:
        yield "run_out", row["key"], row["before_on"], row["after_on"], None, "date"


def _points(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    return row["key"], row["before_points"], row["after_points"], row["difference_points"], "points"
