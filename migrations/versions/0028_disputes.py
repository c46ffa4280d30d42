"""Disputes about used vouchers, and notices to one person.

Revision: 0028, after 0027.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_kind", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pence", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("opened_kind IN ('resident', 'staff', 'officer')", name="ck_disputes_opened_kind"),
        sa.CheckConstraint("points > 0", name="ck_disputes_points"),
        sa.CheckConstraint(
            "(points IS NULL) = (proposed_by IS NULL) AND (points IS NULL) = (proposed_at IS NULL)",
            name="ck_disputes_proposed",
        ),
        sa.CheckConstraint("decision IN ('refunded', 'refused')", name="ck_disputes_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL OR answer IS NOT NULL)",
            name="ck_disputes_decided",
        ),
        sa.CheckConstraint(
            "decision <> 'refunded' OR (points IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_disputes_two_officers",
        ),
        sa.CheckConstraint(
            "(pence IS NOT NULL) = (decision IS NOT DISTINCT FROM 'refunded')", name="ck_disputes_pence"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_disputes_public_id")),
    )
    op.create_index(
        "uq_disputes_open", "disputes", ["redemption_id"], unique=True, postgresql_where=sa.text("decision IS NULL")
    )
    op.create_index("ix_disputes_redemption", "disputes", ["redemption_id"])
    op.create_table(
        "personal_notices",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('refund_given', 'refund_refused')", name="ck_personal_notices_kind"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_notices")),
    )
    op.create_index("ix_personal_notices_person", "personal_notices", ["person"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON disputes, personal_notices TO rewards_app")


def downgrade() -> None:
    op.drop_table("personal_notices")
    op.drop_table("disputes")
