"""Consents with their history, and thanks without points.

Revision: 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What a person said is never changed; it goes when they go.
GRANT = "GRANT SELECT, INSERT, DELETE ON consents TO rewards_app"


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_resident", "consents", ["resident_id", "purpose"])
    op.add_column("residents", sa.Column("declined", postgresql.ARRAY(sa.Text()), nullable=True))
    op.execute(GRANT)


def downgrade() -> None:
    op.drop_column("residents", "declined")
    op.drop_table("consents")
