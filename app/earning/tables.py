"""Events as recorded, each resident's rule state, and the count of events for cards that nobody has enrolled."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

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
    voided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    void_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ResidentState(Row, table=True):
    """One resident's counters and open trip as of their newest event; the row is the lock of their fold."""

    __tablename__ = "resident_states"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    refolds: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    state: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class NotEnrolledCount(Row, table=True):
    """How many events a source sent in a day for cards that nobody has enrolled: the number, nothing else."""

    __tablename__ = "not_enrolled_counts"

    source_id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    counted_on: date = Field(sa_column=Column(Date, primary_key=True))
    events: int = Field(sa_column=Column(BigInteger, nullable=False))
