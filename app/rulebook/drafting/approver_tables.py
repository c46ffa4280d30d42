"""Deputies of approvers, and above how many points the budget holder approves too."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row

_MOMENT = DateTime(timezone=True)


class ApproverDeputy(Row, table=True):
    """Who may approve on behalf of an approver from the local date `from_on` until the day before `until_on`."""

    __tablename__ = "approver_deputies"
    __table_args__ = (
        CheckConstraint("approver_id <> deputy_id", name="ck_approver_deputies_another"),
        CheckConstraint("from_on < until_on", name="ck_approver_deputies_span"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_approver_deputies_ended"),
        Index("ix_approver_deputies_deputy_id", "deputy_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    approver_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    deputy_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    from_on: date = Field(sa_column=Column(Date, nullable=False))
    until_on: date = Field(sa_column=Column(Date, nullable=False))
    named_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(_MOMENT, nullable=True))
    ended_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class ApprovalThreshold(Row, table=True):
    """Above so many points over its validity a rule needs the budget holder too; the newest row counts."""

    __tablename__ = "approval_thresholds"
    __table_args__ = (CheckConstraint("points >= 0", name="ck_approval_thresholds_points"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    set_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    set_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
