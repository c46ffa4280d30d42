"""Where partners want to be told what happens, and what they were told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class WebhookEndpoint(Row, table=True):
    """One address of a partner. Secrets are encrypted; the old one signs too until `old_until_at`.

    `failing_since_at` is when the first of the attempts failed since the last that did not.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_partner", "partner_id"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    old_secret_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    old_until_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    failing_since_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    disabled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    removed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class WebhookDelivery(Row, table=True):
    """One message to one address: waiting, delivered, or failed for good. `next_at` is null once it has ended."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'delivered', 'failed')", name="ck_webhook_deliveries_status"),
        CheckConstraint("(status = 'waiting') = (next_at IS NOT NULL)", name="ck_webhook_deliveries_next"),
        Index("ix_webhook_deliveries_due", "next_at", postgresql_where="next_at IS NOT NULL"),
        Index("ix_webhook_deliveries_endpoint", "endpoint_id", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    endpoint_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    type: str = Field(sa_column=Column(Text, nullable=False))
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    next_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    answer: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class WebhookAttempt(Row, table=True):
    """One try: the status that came back, or null when nobody answered."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_delivery", "delivery_id", "tried_at"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    delivery_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    tried_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    answer: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
