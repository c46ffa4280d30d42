"""Operators' files on record: each content once, how far each has come, and which rows could not be kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.audit import SYSTEM, Actor, record_act
from app.core.ids import public_id, take_id, uuid7
from app.core.paging import Page, clamp_limit, parse_cursor
from app.earning.importing.doors import Door
from app.earning.importing.errors import FileAlreadyTaken, ImportUnknown, TooManyFilesWaiting
from app.earning.importing.run import FaultRow
from app.earning.importing.vault import Vault, keep_content
from app.earning.tables import ImportFault, ImportFile
from app.identity.sources import list_sources

LONGEST_NAME = 120
MOST_WAITING = 100
"""Files of one source whose content we keep at once."""
ENDED = frozenset({"done", "quarantined", "failed"})
# Said exactly as the unique index says it, or PostgreSQL would not know which one is meant.
_COUNTS = text("status NOT IN ('quarantined', 'failed') AND (status <> 'done' OR lines_done > 0)")


@dataclass(frozen=True)
class ImportRead:
    """`status`: waiting, checking, importing, done, quarantined (nothing of it was kept) or failed.

    `counts` are rows: read, recorded, awarded, duplicate, rejected, not_enrolled, held. `percent` is how far the rows
    have come, by bytes. `reason`, with its code and line, says why it was quarantined or failed. `number` is internal.
    """

    number: int
    id: UUID
    source: str
    door: str
    way: str
    name: str
    size_bytes: int
    status: str
    percent: int
    counts: dict[str, int]
    received_at: datetime
    ended_at: datetime | None
    first_on: date | None
    last_on: date | None
    reason: str | None
    reason_code: str | None
    reason_line: int | None

    @property
    def written_id(self) -> str:
        return public_id("imp", self.id)

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


def receive_file(
    session: Session,
    *,
    door: Door,
    way: str,
    name: str,
    sha256: bytes,
    size_bytes: int,
    pieces: Iterable[bytes],
    vault: Vault,
    now: datetime,
    actor: Actor = SYSTEM,
) -> ImportRead:
    """Keep a file until somebody works on it. `way` is folder or api. Raises FileAlreadyTaken, TooManyFilesWaiting."""
    if count_waiting(session, source_id=door.source_id) >= MOST_WAITING:
        raise TooManyFilesWaiting(most=MOST_WAITING)
    row_id = take_id(session)
    made = session.execute(
        insert(ImportFile)
        .values(
            id=row_id,
            public_id=uuid7(now),
            source_id=door.source_id,
            way=way,
            door_name=door.name,
            door=door.declared.model_dump(mode="json"),
            name=clean_name(name),
            sha256=sha256,
            size_bytes=size_bytes,
            status="waiting",
            attempt=0,
            received_at=now,
            bytes_read=0,
            lines_done=0,
            counts={},
            faults=0,
        )
        .on_conflict_do_nothing(index_elements=["source_id", "sha256"], index_where=_COUNTS)
        .returning(col(ImportFile.id))
    ).scalar()
    if made is None:
        earlier = find_taken(session, source_id=door.source_id, sha256=sha256)
        assert earlier is not None, "it was in the way of the row"
        raise FileAlreadyTaken(
            earlier_id=earlier.written_id, earlier_name=earlier.name, received_at=earlier.received_at
        )
    keep_content(session, vault=vault, file_id=row_id, pieces=pieces)
    received = get_import_by_number(session, number=row_id)
    facts: dict[str, str | int | bool | None] = {"source": received.source, "bytes": size_bytes, "way": way}
    record_act(session, actor=actor, act="import.sent", subject=f"import:{received.written_id}", facts=facts, now=now)
    return received


def count_waiting(session: Session, *, source_id: int) -> int:
    """How many files of a source have not ended."""
    asked = text(
        "SELECT count(*) FROM import_files WHERE source_id = :source AND status IN ('waiting', 'checking', 'importing')"
    )
    return int(session.execute(asked, {"source": source_id}).scalar_one())


def clean_name(written: str) -> str:
    """A file's name as it may be shown: its last part, printable, not too long."""
    last = written.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(character if character.isprintable() else "?" for character in last)
    return shown[-LONGEST_NAME:] or "unnamed"


def find_taken(session: Session, *, source_id: int, sha256: bytes) -> ImportRead | None:
    """The file of this content that was taken, or is on its way."""
    asked = select(ImportFile).where(ImportFile.source_id == source_id, ImportFile.sha256 == sha256, _COUNTS)
    row = session.exec(asked).first()
    return _read(session, row) if row else None


def get_import(session: Session, *, import_id: UUID) -> ImportRead:
    """Raises ImportUnknown."""
    row = session.exec(select(ImportFile).where(ImportFile.public_id == import_id)).first()
    if row is None:
        raise ImportUnknown
    return _read(session, row)


def get_import_by_number(session: Session, *, number: int) -> ImportRead:
    """The same by its internal number, which exists."""
    row = session.get(ImportFile, number, populate_existing=True)
    assert row is not None, "numbers come from rows"
    return _read(session, row)


def list_imports(
    session: Session, *, sources: Collection[str] | None, after: str | None, limit: int
) -> Page[ImportRead]:
    """Newest first, of these sources or of all. Raises CursorUnknown."""
    limit = clamp_limit(limit)
    ids = [known.id for name, known in list_sources(session).items() if sources is None or name in sources]
    asked = select(ImportFile).where(col(ImportFile.source_id).in_(ids))
    cursor = parse_cursor(after)
    if cursor is not None:
        asked = asked.where(col(ImportFile.public_id) < cursor)
    rows = session.exec(asked.order_by(col(ImportFile.public_id).desc()).limit(limit + 1)).all()
    found = tuple(_read(session, row) for row in rows[:limit])
    return Page(found, found[-1].id.hex if len(rows) > limit else None)


def list_import_faults(session: Session, *, number: int) -> tuple[FaultRow, ...]:
    """The rows that could not be kept, by line, as far as they are listed; of a refused file, why it was refused."""
    file = get_import_by_number(session, number=number)
    if file.reason is not None:
        return (FaultRow(file.reason_line or 0, "", file.reason, str(file.reason_code)),)
    rows = session.exec(select(ImportFault).where(ImportFault.file_id == number).order_by(col(ImportFault.number)))
    return tuple(FaultRow(row.line, row.column, row.reason, row.code) for row in rows)


def _read(session: Session, row: ImportFile) -> ImportRead:
    return ImportRead(
        number=row.id,
        id=row.public_id,
        source=next(name for name, source in list_sources(session).items() if source.id == row.source_id),
        door=row.door_name,
        way=row.way,
        name=row.name,
        size_bytes=row.size_bytes,
        status=row.status,
        percent=_percent(row),
        counts=dict(row.counts),
        received_at=row.received_at,
        ended_at=row.ended_at,
        first_on=row.first_on,
        last_on=row.last_on,
        reason=row.reason,
        reason_code=row.reason_code,
        reason_line=row.reason_line,
    )


def _percent(row: ImportFile) -> int:
    if row.status == "done":
        return 100
    if row.status != "importing" or not row.size_bytes:
        return 0
    return min(99, row.bytes_read * 100 // row.size_bytes)
