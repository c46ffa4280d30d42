"""rewards backtest: a draft rule tried on a file of events. No database."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from app.backtest.errors import BudgetUnclear, DraftClashes
from app.backtest.files import FileEvents, read_event_file
from app.backtest.lives import cut_chunks
from app.backtest.report import Setting, write_report
from app.backtest.run import run_backtest
from app.backtest.samples import trace_samples
from app.backtest.sets import build_sets
from app.backtest.table import write_table
from app.cli.failures import told_plainly
from app.cli.screen import note, progress_bar
from app.core.clock import london_date
from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, RuleSetRefused
from rules.packs import LEEDS, load_pack
from rules.reasons import REASONS

FOUND = 1
_WIDE = 120
_CHUNK_EVENTS = 20_000
_MOST_DIGITS = 12
_WORTH_PROCESSES = 200_000
"""Fewer events are judged sooner than other processes start."""


class Pack(StrEnum):
    LEEDS = "leeds"


def backtest(
    rule: Annotated[Path, typer.Argument(help="The draft, a rule document.", metavar="RULE")],
    *,
    events: Annotated[Path, typer.Option(help="An operator's CSV file, or CloudEvents as JSON.", metavar="FILE")],
    import_map: Annotated[
        Path | None, typer.Option("--map", help="The map of its columns; else the shipped one that fits its header.")
    ] = None,
    in_force: Annotated[
        list[Path] | None, typer.Option("--in-force", help="A rule that is in force; may be repeated.", metavar="RULE")
    ] = None,
    pack: Annotated[Pack | None, typer.Option(help="The rules in force are this pack's.")] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            "--budget",
            help="What a campaign has left, to say when it would run out; may be repeated.",
            metavar="CAMPAIGN=POINTS",
        ),
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Where to write the report.", metavar="OUT")] = None,
    csv_out: Annotated[Path | None, typer.Option("--csv", help="Where to write it as a table.", metavar="OUT")] = None,
) -> None:
    """Show what past events would have earned under a draft rule, as if it had been in force then."""
    with told_plainly():
        draft = _read(rule)
        beside = [_read(other) for other in in_force or []] + list(load_pack(LEEDS) if pack else ())
        left_points = _read_budgets(budget or [])
        found = _read_events(events, import_map)
        report = _judge(draft, beside, found, left_points)
        if json_out is not None:
            json_out.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
        if csv_out is not None:
            csv_out.write_text(write_table(report), encoding="utf-8", newline="")
        _tell(found, report)


def _read(path: Path) -> Rule:
    """Exits with 1 after every fault of the document, each with its path."""
    try:
        return read_rule(path.read_bytes())
    except DocumentRefused as refusal:
        for fault in refusal.faults:
            typer.echo(f"{path.name}: {fault.path or 'the document'}: {fault.sentence}", err=True)
        raise typer.Exit(FOUND) from None


def _read_budgets(written: list[str]) -> dict[str, int]:
    found = [budget.rpartition("=") for budget in written]
    for budget, (campaign, _, points) in zip(written, found, strict=True):
        if not campaign or not (points.isascii() and points.isdigit()) or len(points) > _MOST_DIGITS:
            raise BudgetUnclear(written=budget)
    return {campaign: int(points) for campaign, _, points in found}


def _read_events(path: Path, import_map: Path | None) -> FileEvents:
    size = path.stat().st_size if path.exists() else 0
    with progress_bar("Reading", size) as passed:
        return read_event_file(path, map_path=import_map, passed=passed)


def _judge(draft: Rule, beside: list[Rule], found: FileEvents, left_points: dict[str, int]) -> dict[str, Any]:
    days = [london_date(life.events[at].happened_at) for life in found.lives for at in (0, -1)]
    first_on, last_on = min(days), max(days)
    try:
        sets = build_sets(draft, in_force=beside, zones=(), from_on=first_on, until_on=last_on + timedelta(days=1))
    except RuleSetRefused as refusal:
        raise DraftClashes(rule=refusal.rule, sentence=refusal.told) from refusal
    # Nobody in a file belongs to a household that we know of, so each is judged alone.
    chunks = cut_chunks([(life,) for life in found.lives], most_events=_CHUNK_EVENTS)
    many = sum(len(life.events) for life in found.lives) >= _WORTH_PROCESSES
    with progress_bar("Judging", len(chunks)) as passed:
        finished = run_backtest(sets, chunks, processes=(os.cpu_count() or 1) if many else 1, passed=passed)
    samples = trace_samples(sets, chunks, finished)
    setting = Setting(draft, last_on, left_points, samples, rules=(*beside, draft))
    return write_report(finished.tallies, setting)


def _tell(found: FileEvents, report: Mapping[str, Any]) -> None:
    typer.echo(report["sentence"])
    typer.echo()
    _print_table(report)
    typer.echo()
    typer.echo(report["caveat"])
    if report["history"]["advice"]:
        typer.echo(report["history"]["advice"])
    note("A file knows nothing of who people are, so a rule that asks for a ward or a pass finds it not known.")
    if found.map is None:
        note("CloudEvents are taken for as well proven as can be: a file does not say how well its source proves them.")
    else:
        note(f"Read with the map {found.map}.")
    if found.repeated:
        note(f"Rows that repeat an earlier event, and count once with it: {found.repeated}.")
    if found.bad_rows:
        note(f"{found.bad_rows} of {found.rows} rows cannot be read. The first of them:")
        for line, reason in found.faults:
            note(f"  line {line}: {reason}")


def _print_table(report: Mapping[str, Any]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for heading in ("before", "after", "difference"):
        table.add_column(heading, justify="right")
    residents, spread = report["residents"], report["spread"]
    _add_points(table, "points in all", report["cost"])
    for row in report["rules"]:
        _add_points(table, f"  {report['titles'][row['key']]}", row)
    band = {side: report["bands"][side] for side in ("before", "after", "difference")}
    for name in ("p5", "p95"):
        table.add_row(f"points in all, {name}", *(f"{band[side][name]:,}" for side in band))
    for name in ("p50", "p95", "max"):
        table.add_row(f"points a resident, {name}", *(f"{spread[side][name]:,}" for side in spread))
    table.add_row(
        "residents with points", f"{residents['with_points_before']:,}", f"{residents['with_points_after']:,}", ""
    )
    for limit in report["limits"]:
        title = report["titles"][limit["rule"]]
        times = (f"{limit[side]:,}" for side in ("before_times", "after_times"))
        table.add_row(f"{title}: times that {limit['words']} was the reason for less", *times, "")
    width = None if sys.stdout.isatty() else _WIDE
    Console(markup=False, highlight=False, width=width).print(table)
    for row in report["run_out"]:
        typer.echo(f"The budget of {row['key']}, {row['left_points']:,} points: {_tell_run_out(row)}.")
    typer.echo()
    typer.echo(
        f"{report['history']['events']:,} events of {residents['total']:,} residents: {residents['gain']:,} gain, "
        f"{residents['lose']:,} lose, {residents['unchanged']:,} are as they were."
    )
    typer.echo("What became of the events that the rule is about, as a resident would read it:")
    for name, number in report["draft"]["outcomes"].items():
        typer.echo(f"  {number:,}: {REASONS[name]}")


def _tell_run_out(row: Mapping[str, Any]) -> str:
    before, after = (
        f"spent on {row[side]}" if row[side] else "lasts as long as the rule" for side in ("before_on", "after_on")
    )
    return f"before, {before}; after, {after}"


def _add_points(table: Table, title: str, row: Mapping[str, Any]) -> None:
    table.add_row(title, *(f"{row[f'{name}_points']:,}" for name in ("before", "after", "difference")))
