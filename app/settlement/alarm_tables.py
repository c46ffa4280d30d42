"""Alarms about what has been redeemed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, SmallInteger, Text
from sqlmodel import Field

from app.core.columns import Row


class ValueAlarm(Row, table=True):
    """`percent` of a threshold was reached by a partner, or with `partner_id` 0 by all together.

    `kind`: notification (12 months) or subsidy (financial years). It stands until the value has fallen, `cleared_at`.
    """

    __tablename__ = "value_alarms"
    __table_args__ = (
        CheckConstraint("kind IN ('notification', 'subsidy')", name="ck_value_alarms_kind"),
        CheckConstraint("percent IN (75, 100)", name="ck_value_alarms_percent"),
        CheckConstraint("cleared_at >= reached_at", name="ck_value_alarms_cleared_at"),
        Index(
            "uq_value_alarms_standing",
            "kind",
            "partner_id",
            "percent",
            unique=True,
            postgresql_where="cleared_at IS NULL",
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    percent: int = Field(sa_column=Column(SmallInteger, nullable=False))
    value_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    threshold_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    reached_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    cleared_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
