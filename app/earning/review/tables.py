"""What a rule of suspicion has put before a person, and what the person decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class ReviewCase(Row, table=True):
    """One flagged event, or one partner whose figures stand out; `evidence` has a partner's figures.

    What an event says is read from the event itself. A decision is made once.
    """

    __tablename__ = "review_cases"
    __table_args__ = (
        CheckConstraint("(event_id IS NULL) <> (partner_id IS NULL)", name="ck_review_cases_subject"),
        CheckConstraint("decision IN ('release', 'refuse')", name="ck_review_cases_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (reason IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)",
            name="ck_review_cases_decided",
        ),
        Index("ix_review_cases_open", "due_at", postgresql_where=text("decided_at IS NULL")),
        Index(
            "uq_review_cases_partner",
            "partner_id",
            "flag",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, unique=True))
    partner_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    flag: str = Field(sa_column=Column(Text, nullable=False))
    evidence: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
