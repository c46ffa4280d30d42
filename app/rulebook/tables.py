"""Campaigns with their budgets, rule versions, the artefacts that judge events, and pauses of the whole scheme."""

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
    """One version of a rule, whole; `off_reason` says why a rule in the book is switched off."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("rule_key", "version", name="uq_rule_versions_rule_key_version"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(nullable=False)
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    off_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class RuleArtefact(Row, table=True):
    """A frozen rule set; events that happened from `in_force_from` on, until the next one's, are judged by it."""

    __tablename__ = "rule_artefacts"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    in_force_from: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, unique=True))
    published_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


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
