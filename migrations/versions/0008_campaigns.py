"""Alarms of campaigns whose points run out, and notices to officers, queued.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What was reached stays on record: only that it was answered is written afterwards.
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE (cleared_at) ON campaign_alarms TO rewards_app",
    "GRANT SELECT, INSERT ON officer_notices TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "campaign_alarms",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("funded_points", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent IN (75, 90, 100)", name="ck_campaign_alarms_percent"),
        sa.CheckConstraint("funded_points > 0", name="ck_campaign_alarms_funded_points"),
        sa.CheckConstraint("cleared_at >= reached_at", name="ck_campaign_alarms_cleared_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_alarms")),
    )
    op.create_index(
        "uq_campaign_alarms_standing",
        "campaign_alarms",
        ["campaign_id", "percent"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "officer_notices",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('budget_alarm')", name="ck_officer_notices_kind"),
        sa.PrimaryKeyConstraint("kind", "alarm_id", "role", name=op.f("pk_officer_notices")),
    )
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_table("officer_notices")
    op.drop_table("campaign_alarms")
