"""Stock that was cut below what is out, or given a limit anew, adds up: what comes back is counted once.

Revision: 0048, after 0047.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rewards", sa.Column("stock_over", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("rewards", sa.Column("stock_round", sa.Integer(), nullable=False, server_default="1"))
    op.create_check_constraint(
        "ck_rewards_stock_over", "rewards", "stock_over >= 0 AND (stock_over = 0 OR stock_left = 0)"
    )
    op.add_column("redemptions", sa.Column("stock_round", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE redemptions r SET stock_round = 1 FROM rewards w"
        " WHERE w.id = r.reward_id AND w.stock_seeded IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("redemptions", "stock_round")
    op.drop_constraint("ck_rewards_stock_over", "rewards")
    op.drop_column("rewards", "stock_round")
    op.drop_column("rewards", "stock_over")
