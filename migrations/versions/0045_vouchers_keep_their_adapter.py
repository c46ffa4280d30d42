"""A voucher keeps how it was given out, whatever becomes of its reward.

Revision: 0045, after 0044.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("redemptions", sa.Column("adapter", sa.Text(), nullable=True))
    op.add_column("redemptions", sa.Column("member_source", sa.Text(), nullable=True))
    op.add_column("redemptions", sa.Column("pass_days", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE redemptions r SET adapter = w.adapter, member_source = w.member_source, pass_days = w.pass_days"
        " FROM rewards w WHERE w.id = r.reward_id"
    )
    op.alter_column("redemptions", "adapter", nullable=False)


def downgrade() -> None:
    op.drop_column("redemptions", "pass_days")
    op.drop_column("redemptions", "member_source")
    op.drop_column("redemptions", "adapter")
