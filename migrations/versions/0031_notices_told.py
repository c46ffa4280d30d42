"""Notices are told: how each went out, and how a resident wants to be told.

Revision: 0031, after 0030.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

RESIDENTS_OWN = ("notices", "personal_notices")
WAYS = {"notices": "'email', 'text', 'desk'", "personal_notices": "'email', 'text', 'desk', 'none'"}


def upgrade() -> None:
    op.add_column("residents", sa.Column("notice_way", sa.Text(), nullable=True))
    op.create_check_constraint("ck_residents_notice_way", "residents", "notice_way IN ('email', 'text', 'desk')")
    for table in RESIDENTS_OWN:
        op.add_column(table, sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("way", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(f"ck_{table}_way", table, f"way IN ({WAYS[table]})")
        op.create_check_constraint(f"ck_{table}_told", table, "(told_at IS NULL) = (way IS NULL)")
    op.create_index("ix_notices_untold", "notices", ["queued_at"], postgresql_where=sa.text("told_at IS NULL"))
    op.create_index(
        "ix_notices_desk",
        "notices",
        ["resident_id"],
        postgresql_where=sa.text("way = 'desk' AND handed_over_at IS NULL"),
    )
    op.create_index(
        "ix_personal_notices_untold", "personal_notices", ["id"], postgresql_where=sa.text("told_at IS NULL")
    )
    _allow("personal_notices", "'refund_given', 'refund_refused', 'webhook_disabled'")
    op.alter_column("officer_notices", "alarm_id", new_column_name="about_id")
    op.add_column("officer_notices", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    _allow("officer_notices", "'budget_alarm', 'draft_waits'")
    op.execute("GRANT UPDATE ON notices, officer_notices TO rewards_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE ON notices, officer_notices FROM rewards_app")
    op.execute("DELETE FROM officer_notices WHERE kind <> 'budget_alarm'")
    _allow("officer_notices", "'budget_alarm'")
    op.drop_column("officer_notices", "told_at")
    op.alter_column("officer_notices", "about_id", new_column_name="alarm_id")
    op.execute("DELETE FROM personal_notices WHERE kind = 'webhook_disabled'")
    _allow("personal_notices", "'refund_given', 'refund_refused'")
    for table in RESIDENTS_OWN:
        for column in ("told_at", "way", "handed_over_at"):
            op.drop_column(table, column)
    op.drop_column("residents", "notice_way")


def _allow(table: str, kinds: str) -> None:
    op.drop_constraint(f"ck_{table}_kind", table)
    op.create_check_constraint(f"ck_{table}_kind", table, f"kind IN ({kinds})")
