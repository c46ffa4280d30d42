"""Adjustments of a resident's points: what one officer proposed and what another decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid, text
from sqlmodel import Field

from app.core.columns import Row


class Adjustment(Row, table=True):
    """`points` are given by an award out of `campaign`, taken by a clawback; a reversal takes what its event gave.

    `taken` and `written_off` say what an approved reversal or clawback did.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        CheckConstraint("kind IN ('award', 'reversal', 'clawback')", name="ck_adjustments_kind"),
        CheckConstraint("(kind = 'award') = (campaign IS NOT NULL)", name="ck_adjustments_campaign"),
        CheckConstraint("(kind = 'award') = (event_id IS NULL)", name="ck_adjustments_event"),
        CheckConstraint("(kind = 'reversal') = (points IS NULL)", name="ck_adjustments_points"),
        CheckConstraint("points > 0", name="ck_adjustments_some_points"),
        CheckConstraint("decision IN ('approved', 'refused')", name="ck_adjustments_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_adjustments_decided",
        ),
        CheckConstraint("decision <> 'approved' OR decided_by <> proposed_by", name="ck_adjustments_two_officers"),
        Index("ix_adjustments_open", "id", postgresql_where=text("decision IS NULL")),
        Index("ix_adjustments_proposed", "proposed_by", "proposed_at"),
        Index("ix_adjustments_resident", "resident_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    campaign: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    points: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    proposed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    taken: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    written_off: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
