"""rewards load-places: the public tables of postcodes, wards, deprivation and stops."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.cli.screen import progress_bar
from app.core.clock import SystemClock
from app.earning.importing.declaration import FileForm
from app.earning.importing.errors import FileUnreadable
from app.earning.importing.faults import FaultFile, choose_fault_path
from app.earning.importing.reading import RowFault, read_rows
from app.residents.places.layouts import LOAD_ORDER, RowRefused, TableFound, recognise_table
from app.residents.places.loading import LoadTally, PlaceRow, load_places

FORM = FileForm()
"""Public tables are UTF-8 with commas."""


def load_place_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV files, in any order.", metavar="FILE...")],
) -> None:
    """Load tables of wards, deprivation, postcodes and stops, recognised by their headers. Safe to repeat."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        tables = [(file, recognise_table(file.name, _read_header(file))) for file in files]
        tables.sort(key=lambda table: LOAD_ORDER.index(table[1].layout))
        with opened_database(choice.settings()) as database:
            for file, found in tables:
                _report(database.in_transaction(lambda session: _load(session, file, found)))  # noqa: B023 - runs at once


@dataclass(frozen=True)
class Loaded:
    """What became of one file; `errors` is where its refused rows are written, if it had any."""

    file: Path
    title: str
    tally: LoadTally
    refused: int
    errors: Path


def _load(session: Session, file: Path, found: TableFound) -> Loaded:
    """The whole file in one transaction: until it is read to its end, everybody sees the old table."""
    errors = choose_fault_path(file)
    with FaultFile(errors) as faults:

        def refuse(line: int, refused: RowRefused) -> None:
            faults.add(line=line, column=refused.column, reason=str(refused), code="place-invalid")

        tally = load_places(session, found=found, rows=_read_sound_rows(file, found, faults), refuse=refuse)
    facts: dict[str, str | int | bool | None] = {"changed": tally.changed, "unchanged": tally.unchanged}
    subject = f"places:{found.layout.table}"
    record_act(session, actor=SYSTEM, act="places.loaded", subject=subject, facts=facts, now=SystemClock().now())
    return Loaded(file, found.layout.title, tally, faults.rows, errors)


def _read_sound_rows(file: Path, found: TableFound, faults: FaultFile) -> Iterator[PlaceRow]:
    """Rows under a progress bar; what is not even a row goes straight to the faults."""
    with progress_bar(f"Loading {found.layout.title}", file.stat().st_size) as passed:
        for row in read_rows(file, FORM, tuple(found.titles.values()), passed=passed):
            if isinstance(row.cells, RowFault):
                faults.add(line=row.line, column=row.cells.column, reason=str(row.cells), code=row.cells.code)
            else:
                yield row.line, row.cells


def _read_header(file: Path) -> list[str]:
    try:
        with file.open(encoding=FORM.encoding, newline="") as text:
            return [title.strip() for title in next(csv.reader(text), [])]
    except (UnicodeError, csv.Error) as fault:
        raise FileUnreadable(name=file.name, fault="it is not a CSV file in UTF-8.") from fault


def _report(loaded: Loaded) -> None:
    if loaded.refused:
        typer.echo(f"Rejected rows, with line and reason: {loaded.errors}")
    changed, unchanged = loaded.tally.changed, loaded.tally.unchanged
    typer.echo(
        f"{loaded.file.name}, {loaded.title}: read {changed + unchanged + loaded.refused}, changed {changed}, "
        f"unchanged {unchanged}, rejected {loaded.refused}"
    )
