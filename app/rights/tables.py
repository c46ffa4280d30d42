"""Complaints, appeals, how long things are kept, and the winding down of the scheme."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, Integer, Text, Uuid, text
from sqlmodel import Field

from app.core.columns import Row


class Complaint(Row, table=True):
    """A resident complains. Acknowledged within 30 days, by `due_at`, and answered without undue delay."""

    __tablename__ = "complaints"
    __table_args__ = (
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="ck_complaints_acknowledged"),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="ck_complaints_answered",
        ),
        CheckConstraint("answered_at IS NULL OR acknowledged_at IS NOT NULL", name="ck_complaints_order"),
        Index("ix_complaints_resident", "resident_id"),
        Index("ix_complaints_open", "due_at", postgresql_where=text("answered_at IS NULL")),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    acknowledged_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    answered_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class Appeal(Row, table=True):
    """A resident asks a person to look again at what became of one event of theirs; decided once, by `due_at`."""

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint("decision IN ('stands', 'changed')", name="ck_appeals_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL) = (reason IS NULL)",
            name="ck_appeals_decided",
        ),
        Index("ix_appeals_resident", "resident_id"),
        Index("ix_appeals_open", "due_at", postgresql_where=text("decision IS NULL")),
        Index("uq_appeals_open_event", "event_id", unique=True, postgresql_where=text("decision IS NULL")),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class RetentionPeriod(Row, table=True):
    """How many days a kind of record is kept in this scheme, where it is not the usual number."""

    __tablename__ = "retention_periods"
    __table_args__ = (CheckConstraint("days > 0", name="ck_retention_periods_days"),)

    kind: str = Field(sa_column=Column(Text, primary_key=True))
    days: int = Field(sa_column=Column(Integer, nullable=False))
    changed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class WindDown(Row, table=True):
    """The scheme comes to an end: earning has closed, points can be spent until just before `ends_on`.

    `closed_at` is when redeeming was closed too. One that was called off is over, and stays on record.
    """

    __tablename__ = "wind_downs"
    __table_args__ = (
        CheckConstraint("(called_off_at IS NULL) = (called_off_by IS NULL)", name="ck_wind_downs_called_off"),
        CheckConstraint("closed_at IS NULL OR called_off_at IS NULL", name="ck_wind_downs_one_end"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    notice: str = Field(sa_column=Column(Text, nullable=False))
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    started_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    ends_on: date = Field(sa_column=Column(Date, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    called_off_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    called_off_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
