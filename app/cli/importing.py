"""rewards import: an operator's file through the same intake as the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.cli.failures import fail, told_plainly
from app.cli.scheme import Choice, is_demo, opened_demo, opened_runtime
from app.cli.screen import note, progress_bar
from app.core.clock import LONDON, london_date
from app.core.settings import Settings
from app.demo.chance import Chance
from app.demo.city import get_city
from app.demo.enrolment import DemoEnrolment
from app.earning.importing.declaration import ImportMap, load_map
from app.earning.importing.doors import ensure_source
from app.earning.importing.errors import ShiftIntoFuture
from app.earning.importing.faults import FaultFile, choose_fault_path
from app.earning.importing.mapping import EventMapper
from app.earning.importing.reading import Row, read_rows
from app.earning.importing.run import ImportJob, Tally, client_for, measure_dates, run_import
from app.earning.intake import IntakeOptions
from app.identity.sources import list_sources
from app.web.runtime import Runtime


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line; `shift_to_on` only with `demo_enrol`."""

    file: Path
    declared: ImportMap
    history: bool
    demo_enrol: bool
    shift_to_on: date | None
    errors: Path

    def rows(self, title: str) -> Iterator[Row]:
        """One pass over the file under a progress bar."""
        size = self.file.stat().st_size if self.file.exists() else 0
        with progress_bar(title, size) as passed:
            yield from read_rows(self.file, self.declared.file, self.declared.columns(), passed=passed)


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The operator's CSV file.", metavar="FILE")],
    *,
    import_map: Annotated[Path, typer.Option("--map", help="The map of its columns, a TOML file.", metavar="MAP")],
    history: Annotated[
        bool, typer.Option("--history", help="Keep the events as history from before the scheme: never paid.")
    ] = False,
    demo_enrol: Annotated[
        bool, typer.Option("--demo-enrol", help="Demo mode: enrol whoever is in the file, before their first event.")
    ] = False,
    shift_to: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Demo mode: move the dates so that the last event's day is this."),
    ] = None,
    errors: Annotated[
        Path | None, typer.Option(help="Where to write rows that cannot be imported; beside FILE if unset.")
    ] = None,
) -> None:
    """Import an operator's file. Repeating it does no harm: what is known already counts as a duplicate."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        if shift_to is not None and not demo_enrol:
            fail("--shift-to moves what happened, so it works with --demo-enrol only.")
        asked = Asked(
            file=file,
            declared=load_map(import_map),
            history=history,
            demo_enrol=demo_enrol,
            shift_to_on=shift_to.date() if shift_to else None,
            errors=errors or choose_fault_path(file),
        )
        with _opened(settings, demo_only=demo_enrol) as runtime, FaultFile(asked.errors) as faults:
            tally = _import(asked, runtime, faults)
        _report(asked, tally, faults)


@contextmanager
def _opened(settings: Settings, *, demo_only: bool) -> Iterator[Runtime]:
    opened = opened_demo(settings) if demo_only else opened_runtime(settings, demo=is_demo(settings))
    with opened as runtime:
        yield runtime


def _import(asked: Asked, runtime: Runtime, faults: FaultFile) -> Tally:
    source_id = runtime.database.in_transaction(lambda session: _begin(session, asked, runtime))
    mapper = EventMapper(asked.declared, runtime.secrets.key_for("import ids"))
    job = ImportJob(
        mapper=mapper,
        client=client_for(asked.declared),
        keys=runtime.card_keys,
        options=IntakeOptions(
            by_file=True,
            late_window=None if asked.history or asked.demo_enrol else _late_window(runtime.settings),
            history=asked.history,
            bounds=runtime.settings.flag_bounds,
        ),
    )
    if asked.demo_enrol:
        job = _enrolling(asked, runtime, job, source_id)
    return run_import(runtime.database, rows=asked.rows("Importing"), job=job, faults=faults, clock=runtime.clock)


def _late_window(settings: Settings) -> timedelta:
    return timedelta(days=settings.late_window_days)


def _enrolling(asked: Asked, runtime: Runtime, job: ImportJob, source_id: int) -> ImportJob:
    """The job that enrols everybody from the start of the file's first day and moves the dates. One more pass."""
    runtime.database.in_transaction(lambda session: get_city(session, secrets=runtime.secrets))
    now = runtime.clock.now()
    if asked.shift_to_on is not None and asked.shift_to_on > london_date(now):
        raise ShiftIntoFuture(shift_to_on=asked.shift_to_on, today_on=london_date(now))
    span = measure_dates(asked.rows("Reading the dates"), job.mapper, name=asked.file.name)
    shift = timedelta(0) if asked.shift_to_on is None else asked.shift_to_on - span.last_on
    enrolment = DemoEnrolment(
        chance=Chance(runtime.secrets),
        keys=runtime.card_keys,
        source_id=source_id,
        enrolled_at=datetime.combine(span.first_on + shift, time.min, LONDON),
        now=now,
    )
    mapper = EventMapper(job.mapper.import_map, job.mapper.hash_key, shift_days=shift.days)
    # The day that the file was moved to may not be over yet; its evening is taken all the same.
    latest = datetime.combine(span.last_on + shift + timedelta(days=1), time.min, LONDON)
    options = replace(job.options, latest=max(latest, now))
    return ImportJob(mapper, job.client, job.keys, options, prepare=enrolment.enrol_unknown)


def _begin(session: Session, asked: Asked, runtime: Runtime) -> int:
    """The file's source. That the import began is on record, whatever becomes of it."""
    subject, facts = f"source:{asked.declared.source}", {"way": "command"}
    record_act(session, actor=SYSTEM, act="import.sent", subject=subject, facts=facts, now=runtime.clock.now())
    return _ensure_source(session, asked.declared)


def _ensure_source(session: Session, declared: ImportMap) -> int:
    if declared.source not in list_sources(session):
        note(f"Registering the source {declared.source} ({declared.title}, evidence {declared.evidence}).")
    return ensure_source(session, declared=declared)


def _report(asked: Asked, tally: Tally, faults: FaultFile) -> None:
    if faults.rows:
        typer.echo(f"Rejected rows, with line and reason: {asked.errors}")
    if tally.not_enrolled:
        typer.echo(
            f"not enrolled {tally.not_enrolled} (nobody has joined with that card, or not by then: counted and not "
            "stored; with the numbers below they add up to what was read)"
        )
    if tally.held:
        typer.echo(f"held {tally.held} (kept for a person to look at; with the numbers below they add up)")
    typer.echo(str(tally))
