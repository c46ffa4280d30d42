"""Counters that residents share.

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("window_number", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("value >= 0", name="ck_shared_counters_value"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shared_counters")),
        postgresql_with={"fillfactor": "50"},
    )
    op.add_column("events", sa.Column("shared", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.execute("GRANT SELECT, INSERT, UPDATE ON shared_counters TO rewards_app")


def downgrade() -> None:
    op.drop_column("events", "shared")
    op.drop_table("shared_counters")
