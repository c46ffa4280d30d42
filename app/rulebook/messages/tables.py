"""Messages of campaigns, and to whom each of them went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row

_MOMENT = DateTime(timezone=True)


class CampaignMessage(Row, table=True):
    """What one officer wrote and another approved; its words never change.

    `sent_at` is when the last one was queued.
    """

    __tablename__ = "campaign_messages"
    __table_args__ = (
        CheckConstraint("status IN ('written', 'approved', 'sent', 'discarded')", name="ck_campaign_messages_status"),
        CheckConstraint(
            "(status IN ('approved', 'sent')) = (approved_by IS NOT NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)",
            name="ck_campaign_messages_approved",
        ),
        CheckConstraint("approved_by <> written_by", name="ck_campaign_messages_two_officers"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="ck_campaign_messages_sent"),
        Index("ix_campaign_messages_campaign", "campaign_id", "approved_at"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    campaign_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(default="written", sa_column=Column(Text, nullable=False))
    written_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    written_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
    approved_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    approved_at: datetime | None = Field(default=None, sa_column=Column(_MOMENT, nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=Column(_MOMENT, nullable=True))


class CampaignMessageRecipient(Row, table=True):
    """A resident for whom a message was queued, or who has no address that it could go to: once for each message."""

    __tablename__ = "campaign_message_recipients"
    __table_args__ = (
        CheckConstraint("outcome IN ('queued', 'no_address')", name="ck_campaign_message_recipients_outcome"),
        Index("ix_campaign_message_recipients_resident", "resident_id"),
    )

    message_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    outcome: str = Field(sa_column=Column(Text, nullable=False))
    queued_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
