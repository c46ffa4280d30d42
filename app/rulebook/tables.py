"""Campaigns with their budgets, rule versions and stops, the artefacts that judge events, and pauses of the scheme."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class Campaign(Row, table=True):
    """What rules spend from; its ledger account (kind budget) has `owner` = this id."""

    __tablename__ = "campaigns"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    key: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    starts_on: date = Field(sa_column=Column(Date, nullable=False))
    ends_on: date = Field(sa_column=Column(Date, nullable=False))


class RuleVersion(Row, table=True):
    """One version of a rule, whole; `off_reason` says why a rule in the book is switched off.

    `from_on` is the local date for which an officer scheduled it, `progress` what was chosen for a changed filter.
    Both are None for what came with a pack. When it is in force, and until when, follows from the artefacts.
    """

    __tablename__ = "rule_versions"
    __table_args__ = (
        UniqueConstraint("rule_key", "version", name="uq_rule_versions_rule_key_version"),
        CheckConstraint("progress IN ('carry_over', 'restart')", name="ck_rule_versions_progress"),
        CheckConstraint(
            "(from_on IS NULL) = (scheduled_at IS NULL) AND (from_on IS NULL) = (scheduled_by IS NULL)",
            name="ck_rule_versions_scheduled",
        ),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="ck_rule_versions_withdrawn"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(nullable=False)
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    off_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    from_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    progress: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    scheduled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    scheduled_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    withdrawn_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class RuleStop(Row, table=True):
    """An officer stopped a rule at `stopped_at`; it judges nothing from `ends_at` on. `reason` is for the public."""

    __tablename__ = "rule_stops"
    __table_args__ = (
        CheckConstraint("ends_at >= stopped_at", name="ck_rule_stops_ends_at"),
        CheckConstraint("reason <> ''", name="ck_rule_stops_reason"),
        Index("ix_rule_stops_rule_key", "rule_key"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(nullable=False)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    honour: bool = Field(nullable=False)
    stopped_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    stopped_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class RuleArtefact(Row, table=True):
    """A frozen rule set; events that happened from `in_force_from` on, until the next one's, are judged by it.

    One that was made again before it came into force is kept with `superseded_at`, and judges nothing.
    """

    __tablename__ = "rule_artefacts"
    __table_args__ = (
        Index("uq_rule_artefacts_standing", "in_force_from", unique=True, postgresql_where="superseded_at IS NULL"),
        CheckConstraint("superseded_at <= in_force_from", name="ck_rule_artefacts_superseded_at"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    in_force_from: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    published_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    superseded_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class PauseRow(Row, table=True):
    """Earning or redeeming stood still for the whole scheme from `from_at` until just before `until_at`.

    `paused_by` and `resumed_by` are officers. A row is ended once and never removed.
    """

    __tablename__ = "pauses"
    __table_args__ = (
        CheckConstraint("what IN ('earning', 'redeeming')", name="ck_pauses_what"),
        CheckConstraint("until_at >= from_at", name="ck_pauses_until_at"),
        CheckConstraint("(until_at IS NULL) = (resumed_by IS NULL)", name="ck_pauses_resumed_by"),
        Index("uq_pauses_running", "what", unique=True, postgresql_where="until_at IS NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    what: str = Field(sa_column=Column(Text, nullable=False))
    notice: str = Field(sa_column=Column(Text, nullable=False))
    from_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    until_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    paused_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    resumed_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
