"""Partner organisations, the rewards they give, and stock."""

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
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.columns import Row


class Partner(Row, table=True):
    """A contracted organisation. `kind`: business or community_group. Its ledger account(s) have `owner` = this id.

    `state`: proposed by one officer until another has approved or refused it; approved, or stopped for a while.
    """

    __tablename__ = "partners"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'approved', 'refused', 'stopped')", name="ck_partners_state"),
        CheckConstraint(
            "state IN ('proposed', 'refused') OR decided_by <> proposed_by", name="ck_partners_two_officers"
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    place: str = Field(sa_column=Column(Text, nullable=False))
    active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default="true"))
    state: str = Field(default="approved", sa_column=Column(Text, nullable=False, server_default="approved"))
    proposed_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    proposed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    refusal: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class PartnerStop(Row, table=True):
    """From when to when a partner gave nothing out, and why. With `honour` vouchers that were out stayed good."""

    __tablename__ = "partner_stops"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_partner_stops_ended"),
        Index("uq_partner_stops_open", "partner_id", unique=True, postgresql_where="ended_at IS NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    honour: bool = Field(sa_column=Column(Boolean, nullable=False))
    stopped_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    stopped_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))


class Reward(Row, table=True):
    """What points can be turned into. `stock_seeded` and `stock_left` are null where there is no limit.

    `stock_over` of the vouchers that are out are more than the stock was cut to; they come back before any is left.
    `stock_round` goes up when a limit is set where there was none: what was taken before is not of that stock.

    `vat_treatment` says whether it is a single-purpose or multi-purpose voucher, or free of VAT; `vat_percent` the rate
    that its price contains. `pass_days` is how long a pass lasts from its first use, null for what is used once.
    `member_source` names the source whose card it is put onto; `instead_reward_id` is for those who have with the
    partner already what it gives. On dates of `blackout_on` it can't be had; more than `step_up_points` takes a recent
    sign-in, whatever the scheme has. `revision` goes up with every change.
    """

    __tablename__ = "rewards"
    __table_args__ = (
        CheckConstraint("points > 0", name="ck_rewards_points"),
        CheckConstraint("cost_pence >= 0", name="ck_rewards_cost_pence"),
        CheckConstraint("stock_left >= 0", name="ck_rewards_stock_left"),
        CheckConstraint("stock_over >= 0 AND (stock_over = 0 OR stock_left = 0)", name="ck_rewards_stock_over"),
        CheckConstraint("(stock_left IS NULL) = (stock_seeded IS NULL)", name="ck_rewards_stock_both"),
        CheckConstraint("voucher_days BETWEEN 1 AND 366", name="ck_rewards_voucher_days"),
        CheckConstraint("pass_days BETWEEN 1 AND 366", name="ck_rewards_pass_days"),
        CheckConstraint(
            "vat_treatment IN ('single_purpose', 'multi_purpose', 'free')", name="ck_rewards_vat_treatment"
        ),
        CheckConstraint("vat_percent BETWEEN 0 AND 50", name="ck_rewards_vat_percent"),
        CheckConstraint("stock_per_day >= 0", name="ck_rewards_stock_per_day"),
        CheckConstraint("step_up_points >= 0", name="ck_rewards_step_up_points"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    title: str = Field(sa_column=Column(Text, nullable=False))
    description: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    adapter: str = Field(sa_column=Column(Text, nullable=False))
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
    cost_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    stock_seeded: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    stock_left: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    stock_over: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    stock_round: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    voucher_days: int = Field(default=30, sa_column=Column(Integer, nullable=False, server_default="30"))
    paused: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default="false"))
    vat_treatment: str = Field(
        default="multi_purpose", sa_column=Column(Text, nullable=False, server_default="multi_purpose")
    )
    vat_percent: int = Field(default=20, sa_column=Column(Integer, nullable=False, server_default="20"))
    pass_days: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    member_source: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    instead_reward_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    stock_per_day: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    blackout_on: list[date] = Field(
        default_factory=list, sa_column=Column(ARRAY(Date), nullable=False, server_default="{}")
    )
    step_up_points: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    revision: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))


class RewardDay(Row, table=True):
    """How many of a reward with a stock per day were taken on a date in Leeds, less what came back that day."""

    __tablename__ = "reward_days"
    __table_args__ = (CheckConstraint("taken >= 0", name="ck_reward_days_taken"),)

    reward_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    taken_on: date = Field(sa_column=Column(Date, primary_key=True))
    taken: int = Field(sa_column=Column(Integer, nullable=False))


class PartnerEndpoint(Row, table=True):
    """Where a partner across the network is asked, for the rewards of one adapter. The secret is encrypted."""

    __tablename__ = "partner_endpoints"

    partner_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    adapter: str = Field(sa_column=Column(Text, primary_key=True))
    url: str = Field(sa_column=Column(Text, nullable=False))
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    connected_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class EndpointProposal(Row, table=True):
    """Where a partner wants to be asked, until an officer has decided. The secret is encrypted."""

    __tablename__ = "endpoint_proposals"

    partner_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    adapter: str = Field(sa_column=Column(Text, primary_key=True))
    url: str = Field(sa_column=Column(Text, nullable=False))
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
