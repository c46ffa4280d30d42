"""Who asked whom to join, and who lives in one household.

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Whom somebody named is for good: only what came of it is written afterwards.
GRANTS = (
    "GRANT SELECT, INSERT ON invitations TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE (outcome, ended_at) ON referrals TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("resident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name="uq_invitations_code"),
    )
    op.create_table(
        "referrals",
        sa.Column("resident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("referrer_id", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("resident_id <> referrer_id", name="ck_referrals_self"),
        sa.CheckConstraint("outcome IN ('qualified', 'one_household', 'referrer_gone')", name="ck_referrals_outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ck_referrals_ended"),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_waiting", "referrals", ["resident_id"], postgresql_where=sa.text("outcome IS NULL"))
    op.add_column("residents", sa.Column("household", sa.LargeBinary(), nullable=True))
    op.add_column("residents", sa.Column("household_since_on", sa.Date(), nullable=True))
    op.create_check_constraint(
        "ck_residents_household", "residents", "household IS NULL OR household_since_on IS NOT NULL"
    )
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_constraint("ck_residents_household", "residents")
    op.drop_column("residents", "household_since_on")
    op.drop_column("residents", "household")
    op.drop_table("referrals")
    op.drop_table("invitations")
