"""What a used voucher spent may come back, also from a partner that has been paid.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redemption_refunds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('undo', 'refund')", name="ck_redemption_refunds_kind"),
        sa.CheckConstraint("points > 0", name="ck_redemption_refunds_points"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_refunds")),
    )
    op.create_index("ix_redemption_refunds_redemption", "redemption_refunds", ["redemption_id"])
    op.execute("GRANT SELECT, INSERT ON redemption_refunds TO rewards_app")
    # 10 is payable: what a partner that was paid gives back makes it owe us.
    op.execute("UPDATE ledger_accounts SET floor = NULL WHERE kind = 10")


def downgrade() -> None:
    op.execute("UPDATE ledger_accounts SET floor = 0 WHERE kind = 10 AND posted >= 0")
    op.drop_table("redemption_refunds")
