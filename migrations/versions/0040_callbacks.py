"""Residents who are asked whether they got what a voucher was for.

Revision: 0040, after 0039.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, DELETE, UPDATE (answer, told, answered_at) ON callbacks TO rewards_app",
    "GRANT UPDATE (evidence) ON review_cases TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answer IN ('got', 'not_got')", name="ck_callbacks_answer"),
        sa.CheckConstraint("told IN ('resident', 'desk')", name="ck_callbacks_told"),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (told IS NULL)",
            name="ck_callbacks_answered",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_callbacks_public_id")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_callbacks_redemption_id")),
    )
    op.create_index("ix_callbacks_partner", "callbacks", ["partner_id", "asked_at"])
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.execute("REVOKE UPDATE (evidence) ON review_cases FROM rewards_app")
    op.drop_table("callbacks")
