"""What Stripe has told us of partners' accounts, which events were counted, and what is taken back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Boolean, CheckConstraint, Column, Date, DateTime, Index, Integer, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row


class StripeAccount(Row, table=True):
    """A partner's account at Stripe, as the newest event about it said: what it can do, and what Stripe wants to know.

    `told_at` is when that event happened, None while there was none.
    """

    __tablename__ = "stripe_accounts"

    account: str = Field(sa_column=Column(Text, primary_key=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    charges: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    payouts: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    transfers: bool = Field(default=False, sa_column=Column(Boolean, nullable=False))
    due: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    told_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class StripeEvent(Row, table=True):
    """An event that was counted. Stripe tells each at least once."""

    __tablename__ = "stripe_events"
    __table_args__ = (Index("ix_stripe_events_counted", "counted_at"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    type: str = Field(sa_column=Column(Text, nullable=False))
    happened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    counted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class BankPayout(Row, table=True):
    """What Stripe pays from a partner's account there to the partner's bank.

    `status` is Stripe's: pending, in_transit, paid, failed, canceled. It is no money of ours any more: kept so that a
    partner sees what became of it.
    """

    __tablename__ = "stripe_payouts"
    __table_args__ = (Index("ix_stripe_payouts_partner", "partner_id", "told_at"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    arrives_on: date = Field(sa_column=Column(Date, nullable=False))
    failure: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class PayoutReversal(Row, table=True):
    """Money of one payment by Stripe that is taken back: open, approved, done, declined (by Stripe) or refused.

    One officer proposes it, another approves, the worker has Stripe do it. `made_there` is Stripe's id of one that
    somebody made in its dashboard, which is only taken over; `provider_reference` is Stripe's id of what was done.
    """

    __tablename__ = "payout_reversals"
    __table_args__ = (
        CheckConstraint(
            "status IN ('open', 'approved', 'done', 'declined', 'refused')", name="ck_payout_reversals_status"
        ),
        CheckConstraint("pence > 0", name="ck_payout_reversals_pence"),
        CheckConstraint(
            "(status = 'open') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="ck_payout_reversals_decided",
        ),
        CheckConstraint(
            "status IN ('open', 'refused') OR decided_by <> proposed_by", name="ck_payout_reversals_two_officers"
        ),
        CheckConstraint(
            "(status = 'done') = (transfer_id IS NOT NULL) AND (status = 'done') = (provider_reference IS NOT NULL)",
            name="ck_payout_reversals_done",
        ),
        CheckConstraint("(status = 'approved') = (ask_at IS NOT NULL)", name="ck_payout_reversals_asked"),
        Index("ix_payout_reversals_payout", "payout_id"),
        Index("ix_payout_reversals_due", "ask_at", postgresql_where="status = 'approved'"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    payout_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    made_there: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    status: str = Field(sa_column=Column(Text, nullable=False))
    proposed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ask_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    asked: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    said: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    provider_reference: str | None = Field(default=None, sa_column=Column(Text, nullable=True, unique=True))
    transfer_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
