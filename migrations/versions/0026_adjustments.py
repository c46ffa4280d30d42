"""Adjustments of points: one officer proposes, another decides.

Revision: 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KINDS = ("pay_in", "fund", "rate", "reversal", "clawback")


def upgrade() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=True),
        sa.Column("written_off", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('award', 'reversal', 'clawback')", name="ck_adjustments_kind"),
        sa.CheckConstraint("(kind = 'award') = (campaign IS NOT NULL)", name="ck_adjustments_campaign"),
        sa.CheckConstraint("(kind = 'award') = (event_id IS NULL)", name="ck_adjustments_event"),
        sa.CheckConstraint("(kind = 'reversal') = (points IS NULL)", name="ck_adjustments_points"),
        sa.CheckConstraint("points > 0", name="ck_adjustments_some_points"),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name="ck_adjustments_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_adjustments_decided",
        ),
        sa.CheckConstraint("decision <> 'approved' OR decided_by <> proposed_by", name="ck_adjustments_two_officers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_adjustments_public_id")),
    )
    op.create_index("ix_adjustments_open", "adjustments", ["id"], postgresql_where=sa.text("decision IS NULL"))
    op.create_index("ix_adjustments_proposed", "adjustments", ["proposed_by", "proposed_at"])
    op.create_index("ix_adjustments_resident", "adjustments", ["resident_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON adjustments TO rewards_app")
    _allow_decisions(*KINDS, "adjustment")


def downgrade() -> None:
    _allow_decisions(*KINDS)
    op.drop_table("adjustments")


def _allow_decisions(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("ck_ledger_decisions_kind", "ledger_decisions")
    op.create_check_constraint("ck_ledger_decisions_kind", "ledger_decisions", f"kind IN ({listed})")
