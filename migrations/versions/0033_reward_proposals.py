"""Partners' owners propose rewards and changes of them; stock per day, blackout dates, a step-up of a reward's own.

Revision: 0033, after 0032.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON reward_days TO rewards_app",
    "GRANT SELECT, INSERT ON reward_proposals TO rewards_app",
    # What was proposed stays as it was proposed; an approved new one gets its reward.
    "GRANT UPDATE (reward_id, decision, decided_by, decided_at, reason) ON reward_proposals TO rewards_app",
)
# Whoever came first speaks for the partner.
FIRST_IS_OWNER = """
    UPDATE partner_staff SET owner = true
    WHERE id IN (SELECT min(id) FROM partner_staff WHERE active GROUP BY partner_id)
"""


def upgrade() -> None:
    op.add_column("partner_staff", sa.Column("owner", sa.Boolean(), server_default="false", nullable=False))
    op.execute(FIRST_IS_OWNER)
    op.add_column("rewards", sa.Column("stock_per_day", sa.Integer(), nullable=True))
    op.add_column("rewards", sa.Column("blackout_on", postgresql.ARRAY(sa.Date()), server_default="{}", nullable=False))
    op.add_column("rewards", sa.Column("step_up_points", sa.BigInteger(), nullable=True))
    op.add_column("rewards", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.create_check_constraint("ck_rewards_stock_per_day", "rewards", "stock_per_day >= 0")
    op.create_check_constraint("ck_rewards_step_up_points", "rewards", "step_up_points >= 0")
    op.create_table(
        "reward_days",
        sa.Column("reward_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name="ck_reward_days_taken"),
        sa.PrimaryKeyConstraint("reward_id", "taken_on", name=op.f("pk_reward_days")),
    )
    _make_proposals()
    for grant in GRANTS:
        op.execute(grant)


def _make_proposals() -> None:
    op.create_table(
        "reward_proposals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("reward_id", sa.BigInteger(), nullable=True),
        sa.Column("reward_revision", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('approved', 'refused', 'withdrawn', 'replaced')", name="ck_reward_proposals_decision"
        ),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="ck_reward_proposals_decided_at"),
        sa.CheckConstraint(
            "(coalesce(decision, '') IN ('approved', 'refused')) = (decided_by IS NOT NULL)",
            name="ck_reward_proposals_decided_by",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_proposals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reward_proposals_public_id")),
    )
    waiting = sa.text("decision IS NULL")
    op.create_index(
        "uq_reward_proposals_open", "reward_proposals", ["reward_id"], unique=True, postgresql_where=waiting
    )
    op.create_index("ix_reward_proposals_open", "reward_proposals", ["id"], postgresql_where=waiting)
    op.create_index("ix_reward_proposals_partner", "reward_proposals", ["partner_id", "id"])


def downgrade() -> None:
    op.drop_table("reward_proposals")
    op.drop_table("reward_days")
    for name in ("ck_rewards_step_up_points", "ck_rewards_stock_per_day"):
        op.drop_constraint(name, "rewards")
    for name in ("revision", "step_up_points", "blackout_on", "stock_per_day"):
        op.drop_column("rewards", name)
    op.drop_column("partner_staff", "owner")
