"""Community organisations, the people who host for them, their sessions and who was there."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.columns import Row


class HostOrganisation(Row, table=True):
    """An organisation that an officer has registered; `event_types` are those that it may attest."""

    __tablename__ = "host_organisations"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    event_types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    registered_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    registered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))


class HostMember(Row, table=True):
    """A person who hosts. `unknown_tries` counts member numbers on `unknown_on` that nobody has."""

    __tablename__ = "host_members"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    organisation_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("host_organisations.id", name="fk_host_members_organisation"),
            nullable=False,
            index=True,
        )
    )
    name: str = Field(sa_column=Column(Text, nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False))
    unknown_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    unknown_tries: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))


class HostSession(Row, table=True):
    """What an organisation offers at a time and place; `event_type` is what being there is recorded as."""

    __tablename__ = "host_sessions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ck_host_sessions_times"),
        CheckConstraint("ends_at <= starts_at + interval '24 hours'", name="ck_host_sessions_length"),
        Index("ix_host_sessions_organisation", "organisation_id", "public_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    organisation_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("host_organisations.id", name="fk_host_sessions_organisation"), nullable=False
        )
    )
    event_type: str = Field(sa_column=Column(Text, nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    place: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    opened_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Attendance(Row, table=True):
    """One resident at one session, once, however they are told of.

    `state`: here (scanned the code; nobody has attested it), waiting (a second host looks), counted or withdrawn.
    `code_number` is that of the code that was scanned.
    """

    __tablename__ = "attendances"
    __table_args__ = (
        UniqueConstraint("session_id", "resident_id", name="uq_attendances_session_resident"),
        CheckConstraint("state IN ('here', 'waiting', 'counted', 'withdrawn')", name="ck_attendances_state"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_attendances_minutes"),
        CheckConstraint("approved_by <> attested_by", name="ck_attendances_second_person"),
        Index("ix_attendances_resident", "resident_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    session_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("host_sessions.id", name="fk_attendances_session"), nullable=False)
    )
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    minutes: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    bags: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    code_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    scanned_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    attested_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    attested_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    approved_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    approved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
