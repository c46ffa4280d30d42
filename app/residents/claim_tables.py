"""Cards that residents say are theirs and have yet to prove."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, SmallInteger, Text, Uuid, text
from sqlmodel import Field

from app.core.columns import Row, Xid8


class CardClaim(Row, table=True):
    """A resident says that a token stands for them. Until that is proved it stands for nobody.

    Several residents may claim one token; the first to prove it gets the card. A micro-check has two windows, from
    `first_from` and `second_from` on, in which the card is to be tapped. `changed_xid` orders it among the changes of
    the list of tokens that the card's operator fetches: whoever is to see a tap has to send it.
    """

    __tablename__ = "card_claims"
    __table_args__ = (
        CheckConstraint("(first_from IS NULL) = (second_from IS NULL)", name="ck_card_claims_windows"),
        CheckConstraint(
            "first_from IS NOT NULL OR (first_tapped_at IS NULL AND second_tapped_at IS NULL)",
            name="ck_card_claims_tapped",
        ),
        CheckConstraint("outcome IN ('proved', 'withdrawn', 'lapsed')", name="ck_card_claims_outcome"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ck_card_claims_ended"),
        CheckConstraint("proof IN ('desk', 'operator', 'micro_check')", name="ck_card_claims_proof"),
        CheckConstraint("(outcome = 'proved') = (proof IS NOT NULL)", name="ck_card_claims_proved"),
        Index(
            "uq_card_claims_waiting",
            "resident_id",
            "token_hash",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_card_claims_checked",
            "token_hash",
            postgresql_where=text("ended_at IS NULL AND first_from IS NOT NULL"),
        ),
        Index("ix_card_claims_resident", "resident_id"),
        Index("ix_card_claims_changed", "changed_xid", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    token_encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source_id: int | None = Field(default=None, sa_column=Column(SmallInteger, nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    first_from: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    second_from: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    first_tapped_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    second_tapped_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    outcome: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    proof: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    changed_xid: str = Field(sa_column=Column(Xid8, nullable=False, server_default=text("pg_current_xact_id()")))
