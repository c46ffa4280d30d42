"""Alarms of what partners have redeemed, against thresholds of the law.

Revision: 0034, after 0033.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KINDS = ("budget_alarm", "draft_waits")


def upgrade() -> None:
    op.create_table(
        "value_alarms",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("value_pence", sa.BigInteger(), nullable=False),
        sa.Column("threshold_pence", sa.BigInteger(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('notification', 'subsidy')", name="ck_value_alarms_kind"),
        sa.CheckConstraint("percent IN (75, 100)", name="ck_value_alarms_percent"),
        sa.CheckConstraint("cleared_at >= reached_at", name="ck_value_alarms_cleared_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_value_alarms")),
    )
    op.create_index(
        "uq_value_alarms_standing",
        "value_alarms",
        ["kind", "partner_id", "percent"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON value_alarms TO rewards_app")
    _allow_notices(*KINDS, "value_alarm")


def downgrade() -> None:
    op.execute("DELETE FROM officer_notices WHERE kind = 'value_alarm'")
    _allow_notices(*KINDS)
    op.drop_table("value_alarms")


def _allow_notices(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint("ck_officer_notices_kind", "officer_notices")
    op.create_check_constraint("ck_officer_notices_kind", "officer_notices", f"kind IN ({listed})")
