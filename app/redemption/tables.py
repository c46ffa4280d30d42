"""Vouchers and their states."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row


class Redemption(Row, table=True):
    """One reward taken by one resident: its hold in the ledger and its voucher.

    `status`: issued, redeemed, cancelled or expired (confirming, for remote adapters, comes with them). No code is
    stored: both are derived from a secret and `public_id`; the keyed hashes find the row.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint(
            "status IN ('confirming', 'issued', 'redeemed', 'cancelled', 'expired')", name="ck_redemptions_status"
        ),
        CheckConstraint("points > 0", name="ck_redemptions_points"),
        CheckConstraint("(status = 'redeemed') = (redeemed_at IS NOT NULL)", name="ck_redemptions_redeemed_at"),
        Index("ix_redemptions_due", "expires_at", postgresql_where="status = 'issued'"),
        Index("ix_redemptions_resident", "resident_id", "id"),
        Index("ix_redemptions_partner", "partner_id", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    reward_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    hold_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    cost_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    redeemed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
