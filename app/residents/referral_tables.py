"""Who asked whom to join, and the codes that they do it by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.columns import Row


class Invitation(Row, table=True):
    """A resident's invitation code, as a keyed hash: the code is worked out when its resident asks for it."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("code_hash", name="uq_invitations_code"),)

    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Referral(Row, table=True):
    """`resident_id` says that `referrer_id` asked them to join: once, and for good.

    `outcome` is null until the resident has earned their first points: then `qualified`, or why it never can be.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("resident_id <> referrer_id", name="ck_referrals_self"),
        CheckConstraint("outcome IN ('qualified', 'one_household', 'referrer_gone')", name="ck_referrals_outcome"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ck_referrals_ended"),
        Index("ix_referrals_waiting", "resident_id", postgresql_where=text("outcome IS NULL")),
    )

    resident_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    referrer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    named_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    outcome: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
