"""Runs an import: rows in batches through the same intake as the API, one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from app.core.clock import Clock, london_date
from app.core.database import Database
from app.core.errors import Refusal
from app.earning.errors import EventInFuture, EventTooLate
from app.earning.event_types import DataInvalid
from app.earning.importing.declaration import ImportMap
from app.earning.importing.errors import NothingToShift
from app.earning.importing.faults import FaultFile
from app.earning.importing.mapping import DateSpan, EventMapper
from app.earning.importing.reading import Row, RowFault
from app.earning.intake import EventResult, IntakeOptions, record_events
from app.identity.queries import Client
from app.residents.cards import CardKeys

BATCH = 1000

CloudEvent = dict[str, object]
Prepare = Callable[[Session, Sequence[CloudEvent]], None]


@dataclass(frozen=True)
class ImportJob:
    """How rows become events and who sends them; `prepare` runs first in each batch's transaction."""

    mapper: EventMapper
    client: Client
    keys: CardKeys
    options: IntakeOptions
    prepare: Prepare = lambda _session, _events: None


@dataclass(frozen=True)
class Tally:
    """How many rows ended how; every row read is in exactly one of the others."""

    read: int
    recorded: int
    awarded: int
    duplicate: int
    rejected: int
    not_enrolled: int
    held: int

    def __str__(self) -> str:
        return (
            f"read {self.read}, recorded {self.recorded}, awarded {self.awarded}, duplicate {self.duplicate}, "
            f"rejected {self.rejected}"
        )


def run_import(database: Database, *, rows: Iterable[Row], job: ImportJob, faults: FaultFile, clock: Clock) -> Tally:
    """Import every row that can be; the others go to `faults`. What was committed stays when the run is broken off.

    Safe to repeat: rows that were recorded before are duplicates. Raises what reading raises.
    """
    counts: Counter[str] = Counter()
    for batch in _batches(rows):
        lines, events = _map_rows(batch, job.mapper, faults)
        counts["read"] += len(batch)
        counts["rejected"] += len(batch) - len(events)
        if events:
            _record(database, list(zip(lines, events, strict=True)), job, faults, clock, counts)
    statuses = ("recorded", "awarded", "duplicate", "rejected", "not_enrolled", "held")
    return Tally(read=counts["read"], **{status: counts[status] for status in statuses})


def measure_dates(rows: Iterable[Row], mapper: EventMapper, *, name: str) -> DateSpan:
    """The span of local dates in a file, in a pass of its own. Raises NothingToShift when no time can be read."""
    span: DateSpan | None = None
    for row in rows:
        if isinstance(row.cells, RowFault):
            continue
        try:
            on = london_date(mapper.happened_at(row.cells))
        except RowFault:
            continue
        span = DateSpan(min(span.first_on, on), max(span.last_on, on)) if span else DateSpan(on, on)
    if span is None:
        raise NothingToShift(name=name)
    return span


def client_for(declared: ImportMap) -> Client:
    """The importer as a machine that may send what the map declares, and nothing else."""
    return Client(
        id=0,
        client_id="import",
        title=declared.title,
        scopes=frozenset({"events:write"}),
        sources=frozenset({declared.source}),
        event_types=frozenset({declared.type}),
        partner_id=None,
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _map_rows(batch: Sequence[Row], mapper: EventMapper, faults: FaultFile) -> tuple[list[int], list[CloudEvent]]:
    lines: list[int] = []
    events: list[CloudEvent] = []
    for row in batch:
        try:
            if isinstance(row.cells, RowFault):
                raise row.cells
            event = mapper.to_event(row.cells)
        except RowFault as fault:
            faults.add(line=row.line, column=fault.column, reason=str(fault), code=fault.code)
        else:
            lines.append(row.line)
            events.append(event)
    return lines, events


def _record(
    database: Database,
    batch: Sequence[tuple[int, CloudEvent]],
    job: ImportJob,
    faults: FaultFile,
    clock: Clock,
    counts: Counter[str],
) -> None:
    events = [event for _, event in batch]
    now = clock.now()

    def serve(session: Session) -> list[EventResult]:
        job.prepare(session, events)
        return record_events(session, client=job.client, events=events, keys=job.keys, options=job.options, now=now)

    for (line, _), result in zip(batch, database.in_transaction(serve), strict=True):
        counts[result.status] += 1
        if result.refusal is not None:
            column = _column_of(job.mapper.import_map, result.refusal)
            faults.add(line=line, column=column, reason=str(result.refusal), code=result.refusal.code)


def _column_of(declared: ImportMap, refusal: Refusal) -> str:
    """The column behind what intake refused, as far as one column is behind it."""
    if isinstance(refusal, EventInFuture | EventTooLate):
        return declared.time.column
    if isinstance(refusal, DataInvalid):
        return declared.column_of_fact(refusal.where.removeprefix("data."))
    return ""
