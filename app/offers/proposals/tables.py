"""What partners proposed about their rewards, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row


class RewardProposal(Row, table=True):
    """`terms` for a reward, or with `reward_id` null for a new one; an officer decides.

    `reward_revision` is that of the reward as the partner had read it. `replaced`: the partner proposed otherwise.
    """

    __tablename__ = "reward_proposals"
    __table_args__ = (
        CheckConstraint(
            "decision IN ('approved', 'refused', 'withdrawn', 'replaced')", name="ck_reward_proposals_decision"
        ),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="ck_reward_proposals_decided_at"),
        CheckConstraint(
            "(coalesce(decision, '') IN ('approved', 'refused')) = (decided_by IS NOT NULL)",
            name="ck_reward_proposals_decided_by",
        ),
        Index("uq_reward_proposals_open", "reward_id", unique=True, postgresql_where="decision IS NULL"),
        Index("ix_reward_proposals_partner", "partner_id", "id"),
        Index("ix_reward_proposals_open", "id", postgresql_where="decision IS NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    reward_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reward_revision: int = Field(sa_column=Column(Integer, nullable=False))
    terms: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    proposed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
