"""Payments to partners wait for their day, and for a person while a case about the partner is open.

Revision: 0027, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payouts", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("payouts", sa.Column("released_by", sa.BigInteger(), nullable=True))
    op.add_column("payouts", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("payouts", sa.Column("release_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_payouts_released",
        "payouts",
        "(released_at IS NULL) = (released_by IS NULL) AND (released_at IS NULL) = (release_reason IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint("ck_payouts_released", "payouts")
    for column in ("release_reason", "released_at", "released_by", "due_on"):
        op.drop_column("payouts", column)
