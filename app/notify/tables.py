"""Messages that were promised and are not delivered yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, LargeBinary, Text
from sqlmodel import Field

from app.core.columns import Row


class MessageRow(Row, table=True):
    """`sealed` is the address and what fills the template, encrypted. The row goes when the message has gone.

    After `expires_at` the message would be of no use, and is not sent any more. `person` is the public id of a
    resident whom the desk tells then.
    """

    __tablename__ = "messages"
    __table_args__ = (CheckConstraint("channel IN ('email', 'text')", name="ck_messages_channel"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    channel: str = Field(sa_column=Column(Text, nullable=False))
    template: str = Field(sa_column=Column(Text, nullable=False))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    queued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
