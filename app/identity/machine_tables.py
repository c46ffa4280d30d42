"""What machines prove themselves with, and till devices: keys, spent assertions, revoked tokens, pairings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class ClientKey(Row, table=True):
    """A public key (JWK) that a machine signs its assertions for; `client_id` is the row's number."""

    __tablename__ = "client_keys"

    client_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kid: str = Field(sa_column=Column(Text, primary_key=True))
    jwk: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    added_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class SpentAssertion(Row, table=True):
    """An assertion that was used once, kept until its own time is over, so that it can't be used again."""

    __tablename__ = "spent_assertions"

    client_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    jti_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class RevokedToken(Row, table=True):
    """An access token (its jti) that was taken back before its time, kept until that time is over."""

    __tablename__ = "revoked_tokens"

    token_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class TillPairing(Row, table=True):
    """A code that a device may become a till with, once, until `expires_at`; only a keyed hash of it is kept."""

    __tablename__ = "till_pairings"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    made_by: UUID = Field(sa_column=Column(Uuid, nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class TillDevice(Row, table=True):
    """A device at a partner's counter. Its secret is 256 random bits, so its SHA-256 is enough."""

    __tablename__ = "till_devices"
    __table_args__ = (CheckConstraint("revoked_at >= paired_at", name="ck_till_devices_revoked"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_by: UUID = Field(sa_column=Column(Uuid, nullable=False))
    paired_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    signed_in_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
