"""People who joined, the cards that stand for them in events, the terms they accepted, and the places they may live in.

Nobody who has not joined is in the database.
"""

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
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.columns import Row, Xid8


class Resident(Row, table=True):
    """One account of a person; its wallet in the ledger has the same id.

    `connection` with Leeds: live, work (study too) or visit. `ward` is the ward's name, `deprivation_decile` 1 (most
    deprived) to 10; both come from the postcode, which is not kept. `pass_type` is told by people whose travel pass
    starts later in the day, so that a rule may offer them an alternative that they can meet. `household` is a keyed
    hash of the home's property number, null for a household alone; `household_since_on` is the day it last changed.
    `declined` are the kinds of action for which the person wants thanks and no points. `notice_way` is how they want
    to be told things: email, text, desk, or null for where their latest way in leads.
    Of somebody who was erased at `erased_at` the row has a number and nothing else.
    """

    __tablename__ = "residents"
    __table_args__ = (
        CheckConstraint("deprivation_decile BETWEEN 1 AND 10", name="ck_residents_deprivation_decile"),
        CheckConstraint(
            "pass_type IN ('adult', 'young', 'student', 'senior', 'disabled')", name="ck_residents_pass_type"
        ),
        CheckConstraint("notice_way IN ('email', 'text', 'desk')", name="ck_residents_notice_way"),
        CheckConstraint("household IS NULL OR household_since_on IS NOT NULL", name="ck_residents_household"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    connection: str = Field(sa_column=Column(Text, nullable=False))
    ward: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    enrolled_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default="true"))
    deprivation_decile: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    pass_type: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    household: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    household_since_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    erased_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    declined: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    notice_way: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Card(Row, table=True):
    """A token that an operator or the scheme knows a resident by, as `card:TOKEN` or `member:NUMBER`.

    Kept as a keyed hash for look-up and encrypted for the list that its operator fetches; `source_id` is the operator
    that issued it, none for the scheme's own. `changed_xid` orders the list's changes by commit, so that a cursor
    never skips one.
    """

    __tablename__ = "cards"
    __table_args__ = (
        Index("uq_cards_token_live", "token_hash", unique=True, postgresql_where="removed_at IS NULL"),
        Index("ix_cards_removed", "token_hash", postgresql_where=text("removed_at IS NOT NULL")),
        Index("ix_cards_resident", "resident_id"),
        Index("ix_cards_changed", "changed_xid", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(
        sa_column=Column(Uuid, nullable=False, unique=True, server_default=text("gen_random_uuid()"))
    )
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    token_encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source_id: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    enrolled_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    removed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    changed_xid: str = Field(sa_column=Column(Xid8, nullable=False, server_default=text("pg_current_xact_id()")))


class TermsAcceptance(Row, table=True):
    """A resident accepted one version of the terms; `text_sha256` says which text that was. Never changed."""

    __tablename__ = "terms_acceptances"
    __table_args__ = (UniqueConstraint("resident_id", "version", name="uq_terms_acceptances_resident_version"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    version: str = Field(sa_column=Column(Text, nullable=False))
    text_sha256: str = Field(sa_column=Column(Text, nullable=False))
    accepted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Consent(Row, table=True):
    """A resident gave or withdrew consent for one purpose; `text_sha256` says what they read. Never changed."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_resident", "resident_id", "purpose"),
        Index("ix_consents_purpose", "purpose", "resident_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    given: bool = Field(sa_column=Column(Boolean, nullable=False))
    text_sha256: str = Field(sa_column=Column(Text, nullable=False))
    said_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Ward(Row, table=True):
    """An electoral ward: its code of the Office for National Statistics, such as E05011381, and its name."""

    __tablename__ = "wards"

    code: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))


class SmallArea(Row, table=True):
    """A small statistical area (LSOA) with its decile of deprivation: 1 is among the most deprived tenth."""

    __tablename__ = "small_areas"
    __table_args__ = (CheckConstraint("deprivation_decile BETWEEN 1 AND 10", name="ck_small_areas_deprivation_decile"),)

    code: str = Field(sa_column=Column(Text, primary_key=True))
    deprivation_decile: int = Field(sa_column=Column(SmallInteger, nullable=False))


class Postcode(Row, table=True):
    """Where a postcode lies; written without a space. The small areas are those of two censuses."""

    __tablename__ = "postcodes"

    postcode: str = Field(sa_column=Column(Text, primary_key=True))
    ward_code: str = Field(sa_column=Column(Text, ForeignKey("wards.code", name="fk_postcodes_ward"), nullable=False))
    area_2011: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    area_2021: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class Stop(Row, table=True):
    """A stop or station by its NaPTAN code; where it lies is in millionths of a degree, null where NaPTAN is silent."""

    __tablename__ = "stops"
    __table_args__ = (
        CheckConstraint("(latitude_e6 IS NULL) = (longitude_e6 IS NULL)", name="ck_stops_both_or_neither"),
        CheckConstraint("latitude_e6 BETWEEN -90000000 AND 90000000", name="ck_stops_latitude_e6"),
        CheckConstraint("longitude_e6 BETWEEN -180000000 AND 180000000", name="ck_stops_longitude_e6"),
    )

    code: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    ward_code: str = Field(sa_column=Column(Text, ForeignKey("wards.code", name="fk_stops_ward"), nullable=False))
    latitude_e6: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    longitude_e6: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
