"""Alarms of campaigns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, SmallInteger
from sqlmodel import Field

from app.core.columns import Row


class CampaignAlarm(Row, table=True):
    """`percent` of the `funded_points` of then were given; it stands until more points were funded, `cleared_at`."""

    __tablename__ = "campaign_alarms"
    __table_args__ = (
        CheckConstraint("percent IN (75, 90, 100)", name="ck_campaign_alarms_percent"),
        CheckConstraint("funded_points > 0", name="ck_campaign_alarms_funded_points"),
        CheckConstraint("cleared_at >= reached_at", name="ck_campaign_alarms_cleared_at"),
        Index(
            "uq_campaign_alarms_standing", "campaign_id", "percent", unique=True, postgresql_where="cleared_at IS NULL"
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    campaign_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    percent: int = Field(sa_column=Column(SmallInteger, nullable=False))
    funded_points: int = Field(sa_column=Column(BigInteger, nullable=False))
    reached_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    cleared_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
