"""Changes of officers' roles that give somebody power: proposed by one administrator, decided by another."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.core.columns import Row


class RoleChange(Row, table=True):
    """`roles` are what the officer has once it is approved. `name` and `email` are of somebody new.

    Of somebody new `officer_id` is null until then.
    """

    __tablename__ = "role_changes"
    __table_args__ = (
        CheckConstraint("(name IS NULL) = (email IS NULL)", name="ck_role_changes_somebody_new"),
        CheckConstraint("officer_id IS NOT NULL OR name IS NOT NULL", name="ck_role_changes_whose"),
        CheckConstraint("cardinality(roles) > 0", name="ck_role_changes_roles"),
        CheckConstraint("decision IN ('approved', 'refused')", name="ck_role_changes_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_role_changes_decided",
        ),
        CheckConstraint(
            "decision <> 'approved' OR (decided_by <> proposed_by AND decided_by <> officer_id)",
            name="ck_role_changes_two_officers",
        ),
        Index("uq_role_changes_open", "officer_id", unique=True, postgresql_where=text("decision IS NULL")),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    name: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    email: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    proposed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
