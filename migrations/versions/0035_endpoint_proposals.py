"""Partners' owners say where their systems are asked; an officer decides.

Revision: 0035, after 0034.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "endpoint_proposals",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "adapter", name=op.f("pk_endpoint_proposals")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON endpoint_proposals TO rewards_app")


def downgrade() -> None:
    op.drop_table("endpoint_proposals")
