"""Payments by Stripe: tries to which it said no, where the money goes, and payments that are held.

Revision: 0029, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATUSES = "'waiting', 'ordered', 'paid', 'returned', 'dropped'"


def upgrade() -> None:
    op.add_column("payouts", sa.Column("declined", sa.Integer(), server_default="0", nullable=False))
    op.add_column("payouts", sa.Column("destination", sa.Text(), nullable=True))
    _allow_statuses(f"{STATUSES}, 'held'")
    op.create_check_constraint("ck_payouts_held", "payouts", "status <> 'held' OR method = 'stripe'")
    op.create_check_constraint("ck_payouts_declined", "payouts", "declined BETWEEN 0 AND asked")


def downgrade() -> None:
    op.drop_constraint("ck_payouts_declined", "payouts")
    op.drop_constraint("ck_payouts_held", "payouts")
    op.execute("UPDATE payouts SET status = 'waiting' WHERE status = 'held'")
    _allow_statuses(STATUSES)
    op.drop_column("payouts", "destination")
    op.drop_column("payouts", "declined")


def _allow_statuses(listed: str) -> None:
    op.drop_constraint("ck_payouts_status", "payouts")
    op.create_check_constraint("ck_payouts_status", "payouts", f"status IN ({listed})")
