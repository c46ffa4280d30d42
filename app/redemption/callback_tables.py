"""Residents who were asked whether they got what a voucher was for, and what they said."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row


class Callback(Row, table=True):
    """One question about one redemption. `answer`: got or not_got; `told` is how: resident (by themselves) or desk."""

    __tablename__ = "callbacks"
    __table_args__ = (
        CheckConstraint("answer IN ('got', 'not_got')", name="ck_callbacks_answer"),
        CheckConstraint("told IN ('resident', 'desk')", name="ck_callbacks_told"),
        CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (told IS NULL)",
            name="ck_callbacks_answered",
        ),
        Index("ix_callbacks_partner", "partner_id", "asked_at"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    redemption_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    asked_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    told: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
