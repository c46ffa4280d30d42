"""Who may call: machines (OAuth clients), partners' staff and council officers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.columns import Row


class Source(Row, table=True):
    """Where events come from; `evidence` is what its word is worth: any, verified or registered_organisation."""

    __tablename__ = "sources"

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    name: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))


class OAuthClient(Row, table=True):
    """A machine. A secret is 256 random bits, so its SHA-256 is enough; `sources` and `event_types` bind it.

    One that signs in by its keys alone has no secret. `old_secret_hash` is good until `old_secret_ends_at`.
    """

    __tablename__ = "oauth_clients"
    __table_args__ = (
        CheckConstraint("(old_secret_hash IS NULL) = (old_secret_ends_at IS NULL)", name="ck_oauth_clients_old_secret"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    client_id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    secret_hash: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    old_secret_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    old_secret_ends_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    sources: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    event_types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    partner_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))


class Officer(Row, table=True):
    """A person of the council, with roles: editor, approver, support, finance, auditor, admin."""

    __tablename__ = "officers"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    email: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))


class PartnerStaff(Row, table=True):
    """A person at a partner's till. An `owner` may change rewards, and invite and remove the others.

    `let_in_by` are the officers by whose invitations they came, or those who invited them.
    """

    __tablename__ = "partner_staff"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    owner: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    let_in_by: list[int] = Field(
        default_factory=list, sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}")
    )
