"""Back-tests that officers asked for, with how far they have come and what they found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class Backtest(Row, table=True):
    """One back-test of one revision of a draft, whose `document` is kept with it.

    `to_on` is the last local date of its events. Whoever works on it shows a sign of life; when that stops, somebody
    else begins anew and raises `attempt`, after which the first one can write no more.
    """

    __tablename__ = "backtests"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="ck_backtests_status"),
        CheckConstraint("from_on <= to_on", name="ck_backtests_span"),
        CheckConstraint("(result IS NOT NULL) = (status = 'done')", name="ck_backtests_result"),
        Index("ix_backtests_rule", "rule_key", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date = Field(sa_column=Column(Date, nullable=False))
    to_on: date = Field(sa_column=Column(Date, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempt: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    residents: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    percent: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    asked_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    asked_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    heartbeat_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
