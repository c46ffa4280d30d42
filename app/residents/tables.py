"""People who joined, and the cards that stand for them in events. Nobody who has not joined is in the database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, LargeBinary, SmallInteger, Text, Uuid, text
from sqlmodel import Field

from app.core.columns import Row, Xid8


class Resident(Row, table=True):
    """One account of a person; its wallet in the ledger has the same id.

    `connection` with Leeds: live, work (study too) or visit.
    """

    __tablename__ = "residents"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    connection: str = Field(sa_column=Column(Text, nullable=False))
    ward: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    enrolled_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default="true"))


class Card(Row, table=True):
    """A token that an operator or the scheme knows a resident by, as `card:TOKEN` or `member:NUMBER`.

    Kept as a keyed hash for look-up and encrypted for the list that its operator fetches; `source_id` is the operator
    that issued it, none for the scheme's own. `changed_xid` orders the list's changes by commit, so that a cursor
    never skips one.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index("uq_cards_token_live", "token_hash", unique=True, postgresql_where="removed_at IS NULL"),
        Index("ix_cards_resident", "resident_id"),
        Index("ix_cards_changed", "changed_xid", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    token_encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source_id: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    enrolled_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    removed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    changed_xid: str = Field(sa_column=Column(Xid8, nullable=False, server_default=text("pg_current_xact_id()")))
