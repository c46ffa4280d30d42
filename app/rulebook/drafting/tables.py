"""Drafts of rules, every step of their life, and what speaks for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.core.columns import Row

_MOMENT = DateTime(timezone=True)


class RuleDraft(Row, table=True):
    """A version of a rule that is being written; at most one of each rule is open, and closed ones stay on record.

    `revision` counts the saves over all drafts of the rule. Since the revision `decides_since` nothing has changed
    that decides points, so what was found out about it or a later one still holds. `submission` counts submissions.
    """

    __tablename__ = "rule_drafts"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'checked', 'submitted', 'approved', 'scheduled', 'discarded')",
            name="ck_rule_drafts_status",
        ),
        CheckConstraint("decides_since BETWEEN 1 AND revision", name="ck_rule_drafts_decides_since"),
        CheckConstraint("saved_at >= written_at", name="ck_rule_drafts_saved_at"),
        Index(
            "uq_rule_drafts_open",
            "rule_key",
            unique=True,
            postgresql_where="status NOT IN ('scheduled', 'discarded')",
        ),
        Index("ix_rule_drafts_rule_key", "rule_key"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    decides_since: int = Field(sa_column=Column(Integer, nullable=False))
    submission: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    status: str = Field(default="draft", sa_column=Column(Text, nullable=False))
    document: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    author_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    written_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
    saved_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))


class RuleDraftStep(Row, table=True):
    """What an officer did with a draft. Each kind of approval is given once for a submission."""

    __tablename__ = "rule_draft_steps"
    __table_args__ = (
        CheckConstraint(
            "step IN ('written', 'saved', 'checked', 'submitted', 'approved', 'budget_approved', 'returned',"
            " 'scheduled', 'discarded')",
            name="ck_rule_draft_steps_step",
        ),
        CheckConstraint("(step = 'returned') = (reason IS NOT NULL)", name="ck_rule_draft_steps_reason"),
        CheckConstraint("on_behalf_of IS NULL OR step = 'approved'", name="ck_rule_draft_steps_on_behalf_of"),
        Index("ix_rule_draft_steps_draft_id", "draft_id"),
        Index(
            "uq_rule_draft_steps_approval",
            *("draft_id", "submission", "step"),
            unique=True,
            postgresql_where="step IN ('approved', 'budget_approved')",
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    draft_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    submission: int = Field(sa_column=Column(Integer, nullable=False))
    step: str = Field(sa_column=Column(Text, nullable=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    on_behalf_of: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    taken_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))


class RuleEvidence(Row, table=True):
    """What a back-test or a forecast says that a revision adds over its validity, in points.

    `reference` is a back-test's id; a forecast is kept in `result`. `advice` says why not to trust it too far.
    """

    __tablename__ = "rule_evidence"
    __table_args__ = (
        CheckConstraint("kind IN ('backtest', 'forecast')", name="ck_rule_evidence_kind"),
        CheckConstraint(
            "low_points <= central_points AND central_points <= high_points", name="ck_rule_evidence_points"
        ),
        Index("ix_rule_evidence_rule_key", "rule_key", "revision"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rule_key: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    reference: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    low_points: int = Field(sa_column=Column(BigInteger, nullable=False))
    central_points: int = Field(sa_column=Column(BigInteger, nullable=False))
    high_points: int = Field(sa_column=Column(BigInteger, nullable=False))
    advice: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    attached_at: datetime = Field(sa_column=Column(_MOMENT, nullable=False))
