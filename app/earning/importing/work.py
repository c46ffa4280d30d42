"""Takes one operator's file from waiting to its end: checked whole, then batch by batch, each in one transaction.

The line of the last row whose batch was committed is kept in that batch's transaction, so work that was broken off
goes on behind it and nothing is posted twice. Whoever works shows a sign of life; when it fails to come, somebody else
takes the file on and raises its `attempt`, after which the first one can write no more.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, text
from sqlmodel import Session, col, select

from app.core.clock import Clock
from app.core.database import Database
from app.core.flag_bounds import USUAL_BOUNDS, FlagBounds
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.earning.freshness import note_file
from app.earning.importing.checking import Checked, check_content
from app.earning.importing.declaration import ImportMap
from app.earning.importing.doors import learn_columns
from app.earning.importing.errors import FileRefused
from app.earning.importing.files import ImportRead, get_import_by_number
from app.earning.importing.mapping import EventMapper
from app.earning.importing.reading import Row, read_stream
from app.earning.importing.run import STATUSES, BatchOutcome, ImportJob, client_for, import_batch, split_batches
from app.earning.importing.vault import KeptContent, Vault, remove_content
from app.earning.intake import IntakeOptions
from app.earning.tables import ImportDoor, ImportFault, ImportFile
from app.residents.cards import CardKeys

SILENCE = timedelta(seconds=30)
"""How long nobody may have shown a sign of life before a file is taken on by somebody else."""
SIGN_EVERY = timedelta(seconds=5)
MOST_ATTEMPTS = 5
MOST_FAULTS = 10_000
"""Rows listed of one file; the count of those that were rejected goes on."""

FAILED = "The work on it broke down {attempts} times. What was kept stays and is not kept again. Send the file again."


@dataclass(frozen=True)
class ImportTools:
    """What working on files needs besides the database."""

    cards: CardKeys
    vault: Vault
    id_key: bytes
    late_window: timedelta
    bounds: FlagBounds = USUAL_BOUNDS


@dataclass(frozen=True)
class _Claim:
    """A file that is ours to work on, as long as its attempt stays the same."""

    number: int
    attempt: int
    name: str
    sha256: bytes
    received_at: datetime
    source_id: int
    door_name: str
    declared: ImportMap
    columns: tuple[str, ...] | None
    checked: bool
    lines_done: int


class _TakenOn(Exception):
    """Our sign of life came too late, or we were told to stop."""


def make_tools(secrets: Secrets, settings: Settings) -> ImportTools:
    return ImportTools(
        cards=CardKeys(secrets),
        vault=Vault(secrets),
        id_key=secrets.key_for("import ids"),
        late_window=timedelta(days=settings.late_window_days),
        bounds=settings.flag_bounds,
    )


def work_next(
    database: Database, *, tools: ImportTools, clock: Clock, stop: Callable[[], bool] = lambda: False
) -> ImportRead | None:
    """Work on the oldest file that nobody works on until it has ended, or until `stop`; None when there is none.

    What breaks the work off (a database that is away, a kill) leaves the file to whoever comes next.
    """
    claim = database.in_transaction(lambda session: _claim(session, clock.now()))
    if claim is None:
        return None
    if claim.attempt <= MOST_ATTEMPTS:
        work = _Work(database, tools, clock, stop, claim)
        try:
            work.run()
        except _TakenOn:
            work.let_go()
        except KeyboardInterrupt:
            work.let_go()
            raise
    return database.in_transaction(lambda session: get_import_by_number(session, number=claim.number))


def _claim(session: Session, now: datetime) -> _Claim | None:
    row = session.exec(
        select(ImportFile)
        .where(
            text("status IN ('waiting', 'checking', 'importing')"),
            or_(col(ImportFile.heartbeat_at).is_(None), col(ImportFile.heartbeat_at) < now - SILENCE),
        )
        .order_by(col(ImportFile.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        return None
    row.attempt += 1
    row.heartbeat_at = now
    if row.attempt > MOST_ATTEMPTS:
        _end(session, row, "failed", now)
        row.reason, row.reason_code = FAILED.format(attempts=MOST_ATTEMPTS), "attempts-exhausted"
    elif row.status == "waiting":
        row.status = "checking"
    session.flush()
    door = session.get(ImportDoor, row.door_name)
    return _Claim(
        number=row.id,
        attempt=row.attempt,
        name=row.name,
        sha256=row.sha256,
        received_at=row.received_at,
        source_id=row.source_id,
        door_name=row.door_name,
        declared=ImportMap.model_validate(row.door),
        columns=None if door is None or door.columns is None else tuple(door.columns),
        checked=row.status == "importing",
        lines_done=row.lines_done,
    )


def _end(session: Session, row: ImportFile, status: str, now: datetime) -> None:
    row.status, row.ended_at, row.heartbeat_at = status, now, None
    remove_content(session, file_id=row.id)


class _Work:
    """The work on one claim."""

    def __init__(
        self, database: Database, tools: ImportTools, clock: Clock, stop: Callable[[], bool], claim: _Claim
    ) -> None:
        self._database, self._tools, self._clock, self._stop, self._claim = database, tools, clock, stop, claim
        self._signed_at = clock.now()
        self._mapper = EventMapper(claim.declared, tools.id_key)
        self._behind_bytes = 0

    def run(self) -> None:
        if not self._claim.checked:
            try:
                checked = self._check()
            except FileRefused as refusal:
                sentence, code, line = str(refusal), refusal.code, refusal.line
                self._write(lambda session, row: self._quarantine(session, row, sentence, code, line))
                return
            self._write(lambda _session, row: _begin(row, checked))
        job = ImportJob(
            mapper=self._mapper,
            client=client_for(self._claim.declared),
            keys=self._tools.cards,
            options=IntakeOptions(late_window=self._tools.late_window, by_file=True, bounds=self._tools.bounds),
        )
        for batch in split_batches(self._read_rest()):
            self._write(lambda session, row: self._import(session, row, batch, job))  # noqa: B023 - runs at once
        self._write(self._finish)

    def let_go(self) -> None:
        """Leave the file to whoever comes next, at once; an order to stop is not held against it."""

        def leave(_session: Session, row: ImportFile) -> None:
            row.heartbeat_at, row.attempt = None, row.attempt - 1

        try:
            self._write(leave, may_stop=False)
        except _TakenOn:
            return

    def _open(self) -> KeptContent:
        return KeptContent(self._database, self._tools.vault, self._claim.number)

    def _check(self) -> Checked:
        return check_content(
            self._open,
            name=self._claim.name,
            sha256=self._claim.sha256,
            mapper=self._mapper,
            columns=self._claim.columns,
            passed=self._show_life,
        )

    def _show_life(self, _bytes: int) -> None:
        if self._stop() or self._clock.now() - self._signed_at >= SIGN_EVERY:
            self._write(lambda _session, _row: None)

    def _read_rest(self) -> Iterator[Row]:
        """The rows behind the last one that was committed."""
        declared = self._claim.declared
        rows = read_stream(
            io.BufferedReader(self._open()), self._claim.name, declared.file, declared.columns(), passed=self._pass
        )
        return itertools.dropwhile(lambda row: row.line <= self._claim.lines_done, rows)

    def _pass(self, behind_bytes: int) -> None:
        self._behind_bytes = behind_bytes
        self._show_life(behind_bytes)

    def _write(self, change: Callable[[Session, ImportFile], None], *, may_stop: bool = True) -> None:
        """Change something about the file, if it is still ours, and show a sign of life. Raises _TakenOn."""
        if may_stop and self._stop():
            raise _TakenOn
        now = self._clock.now()

        def serve(session: Session) -> None:
            row = session.get(ImportFile, self._claim.number, with_for_update=True, populate_existing=True)
            if row is None or row.attempt != self._claim.attempt:
                raise _TakenOn
            row.heartbeat_at = now
            change(session, row)
            session.flush()

        self._database.in_transaction(serve)
        self._signed_at = now

    def _quarantine(self, session: Session, row: ImportFile, sentence: str, code: str, line: int | None) -> None:
        _end(session, row, "quarantined", self._clock.now())
        row.reason, row.reason_code, row.reason_line = sentence, code, line

    def _import(self, session: Session, row: ImportFile, batch: list[Row], job: ImportJob) -> None:
        outcome = import_batch(session, rows=batch, job=job, now=self._clock.now())
        row.lines_done = batch[-1].line
        row.bytes_read = self._behind_bytes
        row.counts = {name: number + outcome.counts[name] for name, number in row.counts.items()}
        if outcome.span is not None:
            row.first_on = min(row.first_on or outcome.span.first_on, outcome.span.first_on)
            row.last_on = max(row.last_on or outcome.span.last_on, outcome.span.last_on)
        _keep_faults(session, row, outcome)

    def _finish(self, session: Session, row: ImportFile) -> None:
        _end(session, row, "done", self._clock.now())
        row.bytes_read = row.size_bytes
        if row.last_on is not None:  # a row was understood
            learn_columns(session, name=row.door_name, columns=row.columns or [])
            note_file(session, source_id=row.source_id, last_on=row.last_on, received_at=row.received_at)


def _begin(row: ImportFile, checked: Checked) -> None:
    row.status, row.columns = "importing", list(checked.columns)
    row.counts = dict.fromkeys(("read", *STATUSES), 0)


def _keep_faults(session: Session, row: ImportFile, outcome: BatchOutcome) -> None:
    for fault in outcome.faults[: MOST_FAULTS - row.faults]:
        row.faults += 1
        session.add(
            ImportFault(
                file_id=row.id,
                number=row.faults,
                line=fault.line,
                column=fault.column,
                reason=fault.reason,
                code=fault.code,
            )
        )
