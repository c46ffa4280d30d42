"""Rewards of partners across the network: asked after the commit, asked again, taken back; passes and their visits.

Revision: 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATUSES = "'confirming', 'issued', 'redeemed', 'cancelled', 'expired'"
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON partner_endpoints TO rewards_app",
    "GRANT SELECT, INSERT ON redemption_visits TO rewards_app",
)


def upgrade() -> None:
    op.add_column("rewards", sa.Column("pass_days", sa.Integer(), nullable=True))
    op.add_column("rewards", sa.Column("member_source", sa.Text(), nullable=True))
    op.add_column("rewards", sa.Column("instead_reward_id", sa.BigInteger(), nullable=True))
    op.create_check_constraint("ck_rewards_pass_days", "rewards", "pass_days BETWEEN 1 AND 366")
    op.create_table(
        "partner_endpoints",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "adapter", name=op.f("pk_partner_endpoints")),
    )
    for column in (
        sa.Column("remote", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("partner_reference", sa.Text(), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_as", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("offers_instead", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("redemptions", column)
    op.drop_constraint("ck_redemptions_status", "redemptions")
    op.create_check_constraint(
        "ck_redemptions_status", "redemptions", f"status IN ({STATUSES}, 'cancelling', 'declined')"
    )
    op.create_check_constraint(
        "ck_redemptions_ask_at", "redemptions", "(ask_at IS NOT NULL) = (status IN ('confirming', 'cancelling'))"
    )
    op.create_check_constraint(
        "ck_redemptions_ends_as", "redemptions", "status <> 'cancelling' OR ends_as IN ('cancelled', 'expired')"
    )
    op.create_index("ix_redemptions_ask", "redemptions", ["ask_at"], postgresql_where=sa.text("ask_at IS NOT NULL"))
    op.create_table(
        "redemption_visits",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), nullable=False),
        sa.Column("visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_visits")),
    )
    op.create_index("ix_redemption_visits_redemption", "redemption_visits", ["redemption_id", "visited_at"])
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_table("redemption_visits")
    op.drop_index("ix_redemptions_ask", "redemptions")
    for name in ("ck_redemptions_ends_as", "ck_redemptions_ask_at", "ck_redemptions_status"):
        op.drop_constraint(name, "redemptions")
    op.create_check_constraint("ck_redemptions_status", "redemptions", f"status IN ({STATUSES})")
    for name in (
        "remote",
        "partner_reference",
        "asked",
        "ask_at",
        "ends_as",
        "end_reason",
        "offers_instead",
        "valid_until_at",
    ):
        op.drop_column("redemptions", name)
    op.drop_table("partner_endpoints")
    for name in ("pass_days", "member_source", "instead_reward_id"):
        op.drop_column("rewards", name)
