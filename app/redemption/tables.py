"""Vouchers and their states."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Text, Uuid
from sqlmodel import Field

from app.core.columns import Row


class Redemption(Row, table=True):
    """One reward taken by one resident: its hold in the ledger and its voucher.

    `status`: issued, redeemed, cancelled, expired or declined; with a `remote` partner first confirming, and cancelling
    while the partner has yet to let go of it, after which it is what `ends_as` says. `ask_at` is when the partner is
    asked next, null when nothing is open; what has ended has it while the partner, who promised it too late, is to let
    go of it. `end_reason` is the partner's own sentence. A pass has `valid_until_at` from its first use on. Pence and
    VAT are as they were agreed on the day on which it was taken, by `contract_id` where there was a contract;
    `adapter`, `member_source` and `pass_days` as the reward had them, whatever it has now.
    `stock_round` is that of the stock it was taken from, null where there was no limit.

    No code is stored: both are derived from a secret and `public_id`; the keyed hashes find the row.
    """

    __tablename__ = "redemptions"
    __table_args__ = (
        CheckConstraint(
            "status IN ('confirming', 'issued', 'cancelling', 'redeemed', 'cancelled', 'expired', 'declined')",
            name="ck_redemptions_status",
        ),
        CheckConstraint(
            "(ask_at IS NOT NULL) = (status IN ('confirming', 'cancelling'))"
            " OR status IN ('cancelled', 'expired', 'declined')",
            name="ck_redemptions_ask_at",
        ),
        CheckConstraint("status <> 'cancelling' OR ends_as IN ('cancelled', 'expired')", name="ck_redemptions_ends_as"),
        CheckConstraint("points > 0", name="ck_redemptions_points"),
        CheckConstraint("(status = 'redeemed') = (redeemed_at IS NOT NULL)", name="ck_redemptions_redeemed_at"),
        Index("ix_redemptions_due", "expires_at", postgresql_where="status = 'issued'"),
        Index("ix_redemptions_ask", "ask_at", postgresql_where="ask_at IS NOT NULL"),
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
    adapter: str = Field(sa_column=Column(Text, nullable=False))
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    redeemed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    vat_treatment: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    vat_percent: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    contract_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    member_source: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    pass_days: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    stock_round: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    remote: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    partner_reference: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    asked: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    ask_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    ends_as: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    end_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    offers_instead: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    valid_until_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class RedemptionVisit(Row, table=True):
    """One use of a pass, the first one too."""

    __tablename__ = "redemption_visits"
    __table_args__ = (Index("ix_redemption_visits_redemption", "redemption_id", "visited_at"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    redemption_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    visited_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class RedemptionRefund(Row, table=True):
    """What came back of a used voucher. `kind`: undo (a till's slip: the voucher is good again) or refund.

    `hold_id` is the hold that was spent; after an undo the voucher has another one.
    """

    __tablename__ = "redemption_refunds"
    __table_args__ = (
        CheckConstraint("kind IN ('undo', 'refund')", name="ck_redemption_refunds_kind"),
        CheckConstraint("points > 0", name="ck_redemption_refunds_points"),
        Index("ix_redemption_refunds_redemption", "redemption_id"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    redemption_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    hold_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
