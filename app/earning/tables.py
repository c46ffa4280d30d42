"""Events as recorded, each resident's rule state, operators' files, how far sources have come, and what is missing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from app.core.columns import Row


class EventRow(Row, table=True):
    """One event, what was decided about it, and the facts used, so that a replay gives the same lines.

    `counted` is false for history from before the scheme; `voided_at` takes an event out of every replay. `quarter`
    is the posting quarter of its points. `lines` is null when no rule gave or wanted to give anything.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id", name="uq_events_source_external"),
        CheckConstraint("points >= 0", name="ck_events_points"),
        CheckConstraint("status IN (1, 2, 3)", name="ck_events_status"),
        Index("ix_events_resident", "resident_id", "happened_at"),
        # The newest lie at the end: a few pages say where.
        Index("ix_events_recorded", "recorded_at", postgresql_using="brin"),
        {"postgresql_with": {"fillfactor": "90"}},
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    card_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    happened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    points: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    adjusted: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    source_id: int = Field(sa_column=Column(SmallInteger, nullable=False))
    evidence: int = Field(sa_column=Column(SmallInteger, nullable=False))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    quarter: int = Field(sa_column=Column(SmallInteger, nullable=False))
    counted: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    external_id: str = Field(sa_column=Column(Text, nullable=False))
    type: str = Field(sa_column=Column(Text, nullable=False))
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    resident_facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    lines: list[Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    reasons: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    shared: dict[str, int] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    voided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    void_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ResidentState(Row, table=True):
    """One resident's counters and open trip as of their newest event; the row is the lock of their fold."""

    __tablename__ = "resident_states"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    refolds: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    state: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class SharedCounter(Row, table=True):
    """What residents count together: a community's progress, or what a household has used of a limit, in one window."""

    __tablename__ = "shared_counters"
    __table_args__ = (
        CheckConstraint("value >= 0", name="ck_shared_counters_value"),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    name: str = Field(sa_column=Column(Text, primary_key=True))
    window_number: int = Field(sa_column=Column(BigInteger, nullable=False))
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


class NotEnrolledCount(Row, table=True):
    """How many events a source sent in a day for cards that nobody has enrolled: the number, nothing else."""

    __tablename__ = "not_enrolled_counts"

    source_id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    counted_on: date = Field(sa_column=Column(Date, primary_key=True))
    events: int = Field(sa_column=Column(BigInteger, nullable=False))


class ImportDoor(Row, table=True):
    """A declared way in for one source's files: its map, and the header that a file must have.

    `columns` is None until the door's first file has shown them.
    """

    __tablename__ = "import_doors"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    source_id: int = Field(sa_column=Column(SmallInteger, nullable=False))
    declared: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    columns: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))


class ImportFile(Row, table=True):
    """One operator's file on its way in. Content comes once: a second file of the same content is not taken.

    Files of no rows (`done` at line 0) all look alike, and those that were refused may be mended by mending the door.

    `door` is the declaration as it was when the file came, so that a half-done file ends as it began. `attempt` is
    raised by whoever takes the work on, so that one who was thought dead cannot write into it. `lines_done` is the
    line of the last row whose batch is committed.
    """

    __tablename__ = "import_files"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'checking', 'importing', 'done', 'quarantined', 'failed')",
            name="ck_import_files_status",
        ),
        CheckConstraint("way IN ('folder', 'api')", name="ck_import_files_way"),
        Index(
            "uq_import_files_content",
            "source_id",
            "sha256",
            unique=True,
            postgresql_where=text("status NOT IN ('quarantined', 'failed') AND (status <> 'done' OR lines_done > 0)"),
        ),
        Index(
            "ix_import_files_unfinished",
            "id",
            postgresql_where=text("status IN ('waiting', 'checking', 'importing')"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    source_id: int = Field(sa_column=Column(SmallInteger, nullable=False))
    way: str = Field(sa_column=Column(Text, nullable=False))
    door_name: str = Field(sa_column=Column(Text, nullable=False))
    door: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size_bytes: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempt: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    heartbeat_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    bytes_read: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    lines_done: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    counts: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    faults: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    columns: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    first_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    last_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    reason_code: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    reason_line: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class ImportChunk(Row, table=True):
    """A piece of an uploaded file, encrypted, until the file is done."""

    __tablename__ = "import_chunks"

    file_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ImportFault(Row, table=True):
    """A row of a file that could not be kept: its line, column, reason and code, and never what a cell said."""

    __tablename__ = "import_faults"

    file_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    line: int = Field(sa_column=Column(BigInteger, nullable=False))
    column: str = Field(sa_column=Column("column_name", Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))


class SourceFreshness(Row, table=True):
    """How far a source has come: `complete_to` is the newest day that it has told us everything about."""

    __tablename__ = "source_freshness"
    __table_args__ = (CheckConstraint("schedule IN ('daily', 'weekly')", name="ck_source_freshness_schedule"),)

    source_id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    complete_to: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    schedule: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    declared_on: date = Field(sa_column=Column(Date, nullable=False))


class MissingReport(Row, table=True):
    """A resident says that something they did has not arrived. Closed by the event when it comes."""

    __tablename__ = "missing_reports"
    __table_args__ = (
        Index(
            "ix_missing_reports_waiting",
            "resident_id",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_missing_reports_resident", "resident_id", "public_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    source_ids: list[int] = Field(sa_column=Column(ARRAY(SmallInteger), nullable=False))
    type: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    happened_on: date = Field(sa_column=Column(Date, nullable=False))
    note: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    reported_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
