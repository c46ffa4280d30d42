"""Statements that partners get, what was paid for them and how, and where to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlmodel import Field

from app.core.columns import Row


class Payee(Row, table=True):
    """Where a partner is paid. Bank details are encrypted; `proposed_sealed` waits for an officer's approval.

    So does being paid by Stripe once `stripe_chosen_at` is set; `stripe_ready` is whether the account can be paid.
    `proposed_by` and `stripe_chosen_by` are the partner's people who asked for what waits.
    """

    __tablename__ = "payees"
    __table_args__ = (CheckConstraint("method IN ('bacs', 'stripe')", name="ck_payees_method"),)

    partner_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    method: str = Field(default="bacs", sa_column=Column(Text, nullable=False, server_default="bacs"))
    bank_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    proposed_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    proposed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    stripe_account: str | None = Field(default=None, sa_column=Column(Text, nullable=True, unique=True))
    stripe_ready: bool = Field(default=False, nullable=False, sa_column_kwargs={"server_default": "false"})
    stripe_chosen_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    proposed_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    stripe_chosen_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


class Statement(Row, table=True):
    """One week of one partner, closed: what it was owed at the end of the last one, and after this one."""

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("partner_id", "until_on", name="uq_statements_partner_until"),
        CheckConstraint("from_on < until_on", name="ck_statements_span"),
        CheckConstraint("closing_pence = opening_pence + moved_pence", name="ck_statements_adds_up"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    from_on: date = Field(sa_column=Column(Date, nullable=False))
    until_on: date = Field(sa_column=Column(Date, nullable=False))
    opening_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    moved_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    closing_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class StatementLine(Row, table=True):
    """A transfer stands on one statement: the first that was closed after it."""

    __tablename__ = "statement_lines"
    __table_args__ = (Index("ix_statement_lines_statement", "statement_id"),)

    transfer_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    statement_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class BacsFile(Row, table=True):
    """Payments for the bank, made by one officer and sent by another. `content_sealed` is the file, encrypted."""

    __tablename__ = "bacs_files"
    __table_args__ = (CheckConstraint("status IN ('made', 'sent', 'dropped')", name="ck_bacs_files_status"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    status: str = Field(sa_column=Column(Text, nullable=False))
    payments: int = Field(sa_column=Column(Integer, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    content_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class Payout(Row, table=True):
    """What is paid for one statement, once.

    `status`: waiting, held (for a person), ordered (on its way), paid, returned or dropped. It goes on `due_on` at the
    earliest, at once where that is null. `released_at` is when a person let it go in spite of a refused case.
    `transfer_id` is the ledger's settlement. By Stripe, `destination` is the partner's account there,
    `provider_reference` Stripe's id of the transfer, `asked` numbers the tries, and `declined` those to which Stripe
    said no.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'held', 'ordered', 'paid', 'returned', 'dropped')", name="ck_payouts_status"
        ),
        CheckConstraint("method IN ('bacs', 'stripe')", name="ck_payouts_method"),
        CheckConstraint("pence > 0", name="ck_payouts_pence"),
        CheckConstraint("(status IN ('paid', 'returned')) = (transfer_id IS NOT NULL)", name="ck_payouts_transfer"),
        CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL) AND (released_at IS NULL) = (release_reason IS NULL)",
            name="ck_payouts_released",
        ),
        CheckConstraint("status <> 'held' OR method = 'stripe'", name="ck_payouts_held"),
        CheckConstraint("declined BETWEEN 0 AND asked", name="ck_payouts_declined"),
        Index("ix_payouts_open", "method", "id", postgresql_where="status IN ('waiting', 'ordered')"),
        Index("ix_payouts_partner", "partner_id", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    statement_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    method: str = Field(sa_column=Column(Text, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    file_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    transfer_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    provider_reference: str | None = Field(default=None, sa_column=Column(Text, nullable=True, unique=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    ask_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    asked: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    declined: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    destination: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    due_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    released_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    released_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    release_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
