"""Disputes about used vouchers: what somebody says was wrong, and what two officers made of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid, text
from sqlmodel import Field

from app.core.columns import Row


class Dispute(Row, table=True):
    """`opened_by` is the id of a resident, a member of the partner's staff, or an officer.

    `points` are what an officer proposed to give back, `answer` what the resident and the partner read about it.
    `pence` is what the partner is owed less after a refund.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("opened_kind IN ('resident', 'staff', 'officer')", name="ck_disputes_opened_kind"),
        CheckConstraint("points > 0", name="ck_disputes_points"),
        CheckConstraint(
            "(points IS NULL) = (proposed_by IS NULL) AND (points IS NULL) = (proposed_at IS NULL)",
            name="ck_disputes_proposed",
        ),
        CheckConstraint("decision IN ('refunded', 'refused')", name="ck_disputes_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL OR answer IS NOT NULL)",
            name="ck_disputes_decided",
        ),
        CheckConstraint(
            "decision <> 'refunded' OR (points IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_disputes_two_officers",
        ),
        CheckConstraint("(pence IS NOT NULL) = (decision IS NOT DISTINCT FROM 'refunded')", name="ck_disputes_pence"),
        Index("uq_disputes_open", "redemption_id", unique=True, postgresql_where=text("decision IS NULL")),
        Index("ix_disputes_redemption", "redemption_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    redemption_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    opened_kind: str = Field(sa_column=Column(Text, nullable=False))
    opened_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    points: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    answer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    proposed_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    proposed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    pence: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
