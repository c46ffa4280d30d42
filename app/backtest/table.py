"""A report as one tidy table, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rules.reasons import REASONS

HEADER: Final = ("section", "key", "before", "after", "difference", "unit", "title")
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | None


def write_table(report: Mapping[str, Any]) -> str:
    """CSV with a header; text that a spreadsheet would run as a formula is led by an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    titles = report["titles"]
    limits = {f"{row['rule']} {row['limit']}": row["words"] for row in report["limits"]}
    for row in _rows(report):
        section, key, *_ = row
        words: Mapping[Any, str] = {"limits": limits, "outcomes": REASONS}.get(str(section), titles)
        writer.writerow([_neutralise(cell) for cell in (*row, words.get(key))])
    return out.getvalue()


def _neutralise(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    yield "about", report["sentence"], None, None, None, None
    yield "about", report["caveat"], None, None, None, None
    if report["history"]["advice"]:
        yield "about", report["history"]["advice"], None, None, None, None
    yield "cost", *_points(report["cost"])
    for section in ("rules", "campaigns", "wards", "deciles", "days"):
        for row in report[section]:
            yield section, *_points(row)
    for section in ("wards", "deciles"):
        for row in report[section]:
            yield f"{section}_residents", row["key"], None, row["residents"], None, "residents"
    yield from _measures(report)
    yield from _draft(report)
    yield from _samples(report["samples"])


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
    for row in report["uptake"]:
        yield "uptake", f"{row['percent']} percent", None, None, row["difference_points"], "points"
    for row in report["run_out"]:
        yield "run_out", row["key"], row["before_on"], row["after_on"], None, "date"


def _draft(report: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    for name, number in report["draft"]["outcomes"].items():
        yield "outcomes", name, None, number, None, "events"
    for name, points in report["draft"]["over_validity"].items():
        yield "over_validity", name.removesuffix("_points"), None, None, points, "points"
    for name in ("first_on", "last_on"):
        yield "history", name, None, report["history"][name], None, "date"
    for name, unit in (("events", "events"), ("events_of_the_rule", "events"), ("days_of_the_rule", "days")):
        yield "history", name, None, report["history"][name], None, unit


def _samples(samples: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    """Each resident's points, then what every rule said to each of the last events."""
    for sample in samples:
        had, gets = sample["before_points"], sample["after_points"]
        yield "samples", f"{sample['chosen_for']}: resident {sample['resident']}", had, gets, gets - had, "points"
    told = {sample["resident"]: sample["last_events"] for sample in samples}
    for resident, events in told.items():
        for event in events:
            for rule in event["rules"]:
                place = f"resident {resident}: {event['type']} on {event['happened_on']}: {rule['rule']}"
                yield "traces", f"{place}: {rule['outcome']}: {rule['sentence']}", None, rule["got"], None, "points"


def _points(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    return row["key"], row["before_points"], row["after_points"], row["difference_points"], "points"
