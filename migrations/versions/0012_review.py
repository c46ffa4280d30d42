"""Flagged events and partners that a person looks at.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# What was flagged stays as it was: only the decision is written afterwards.
GRANT = "GRANT SELECT, INSERT, UPDATE (decision, reason, decided_by, decided_at) ON review_cases TO rewards_app"


def upgrade() -> None:
    op.create_table(
        "review_cases",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("flag", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(event_id IS NULL) <> (partner_id IS NULL)", name="ck_review_cases_subject"),
        sa.CheckConstraint("decision IN ('release', 'refuse')", name="ck_review_cases_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (reason IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)",
            name="ck_review_cases_decided",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_cases")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_cases_public_id")),
        sa.UniqueConstraint("event_id", name=op.f("uq_review_cases_event_id")),
    )
    op.create_index("ix_review_cases_open", "review_cases", ["due_at"], postgresql_where=sa.text("decided_at IS NULL"))
    op.create_index(
        "uq_review_cases_partner",
        "review_cases",
        ["partner_id", "flag"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.execute(GRANT)


def downgrade() -> None:
    op.drop_table("review_cases")
