"""Runs an import: rows in batches through the same intake as the API, one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from app.earning.intake import IntakeOptions, record_events
from app.identity.queries import Client
from app.residents.cards import CardKeys

BATCH = 1000
STATUSES = ("recorded", "awarded", "duplicate", "rejected", "not_enrolled", "held")
"""How a row can end; each row that was read ends in one way."""

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
class FaultRow:
    """A row that could not be kept, as it is told to whoever sent the file."""

    line: int
    column: str
    reason: str
    code: str


@dataclass(frozen=True)
class BatchOutcome:
    """How many rows of a batch ended how, `read` among them, and those that could not be kept, by line.

    `span` is of the rows that were understood, whether somebody has joined with their card or not; None without any.
    """

    counts: Counter[str]
    faults: tuple[FaultRow, ...]
    span: DateSpan | None


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
    for batch in split_batches(rows):
        now = clock.now()
        outcome = database.in_transaction(lambda session: import_batch(session, rows=batch, job=job, now=now))  # noqa: B023 - runs at once
        counts.update(outcome.counts)
        for fault in outcome.faults:
            faults.add(line=fault.line, column=fault.column, reason=fault.reason, code=fault.code)
    return Tally(read=counts["read"], **{status: counts[status] for status in STATUSES})


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


def split_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists that fit into one transaction."""
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def import_batch(session: Session, *, rows: Sequence[Row], job: ImportJob, now: datetime) -> BatchOutcome:
    """Take in up to BATCH rows, in order; what cannot be kept is told and sinks nothing else."""
    lines, events, faults = map_rows(rows, job.mapper)
    counts: Counter[str] = Counter(read=len(rows), rejected=len(faults))
    days: list[date] = []
    if events:
        job.prepare(session, events)
        results = record_events(session, client=job.client, events=events, keys=job.keys, options=job.options, now=now)
        for line, event, result in zip(lines, events, results, strict=True):
            counts[result.status] += 1
            if result.refusal is not None:
                faults.append(tell_refusal(line, job.mapper.import_map, result.refusal))
            else:
                days.append(london_date(datetime.fromisoformat(str(event["time"]))))
    span = DateSpan(min(days), max(days)) if days else None
    return BatchOutcome(counts, tuple(sorted(faults, key=lambda fault: fault.line)), span)


def map_rows(rows: Sequence[Row], mapper: EventMapper) -> tuple[list[int], list[CloudEvent], list[FaultRow]]:
    """The lines and events of the rows that the map can read, and what is wrong with the others."""
    lines: list[int] = []
    events: list[CloudEvent] = []
    faults: list[FaultRow] = []
    for row in rows:
        try:
            if isinstance(row.cells, RowFault):
                raise row.cells
            event = mapper.to_event(row.cells)
        except RowFault as fault:
            faults.append(FaultRow(row.line, fault.column, str(fault), fault.code))
        else:
            lines.append(row.line)
            events.append(event)
    return lines, events, faults


def tell_refusal(line: int, declared: ImportMap, refusal: Refusal) -> FaultRow:
    """What intake says about an event, as a fault of its row."""
    return FaultRow(line, _column_of(declared, refusal), str(refusal), refusal.code)


def _column_of(declared: ImportMap, refusal: Refusal) -> str:
    """The column behind what intake refused, as far as one column is behind it."""
    if isinstance(refusal, EventInFuture | EventTooLate):
        return declared.time.column
    if isinstance(refusal, DataInvalid):
        return declared.column_of_fact(refusal.where.removeprefix("data."))
    return ""
