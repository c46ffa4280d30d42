"""How machines prove who they are, tokens that were taken back, and till devices.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("client_keys", "spent_assertions", "revoked_tokens", "till_pairings", "till_devices")
GRANTS = (
    "GRANT SELECT, INSERT, DELETE ON client_keys, spent_assertions, revoked_tokens TO rewards_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON till_pairings TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE (signed_in_at, revoked_at) ON till_devices TO rewards_app",
)


def upgrade() -> None:
    # A machine may sign in by its keys alone, and a secret that is being replaced works on for a while.
    op.alter_column("oauth_clients", "secret_hash", existing_type=sa.LargeBinary(), nullable=True)
    op.add_column("oauth_clients", sa.Column("old_secret_hash", sa.LargeBinary(), nullable=True))
    op.add_column("oauth_clients", sa.Column("old_secret_ends_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        "ck_oauth_clients_old_secret", "oauth_clients", "(old_secret_hash IS NULL) = (old_secret_ends_at IS NULL)"
    )
    op.create_table(
        "client_keys",
        sa.Column("client_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "kid", name=op.f("pk_client_keys")),
    )
    op.create_table(
        "spent_assertions",
        sa.Column("client_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_hash", name=op.f("pk_spent_assertions")),
    )
    op.create_index(op.f("ix_spent_assertions_expires_at"), "spent_assertions", ["expires_at"])
    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_tokens")),
    )
    op.create_index(op.f("ix_revoked_tokens_expires_at"), "revoked_tokens", ["expires_at"])
    op.create_table(
        "till_pairings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_pairings")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_till_pairings_code_hash")),
    )
    op.create_index(op.f("ix_till_pairings_partner_id"), "till_pairings", ["partner_id"])
    op.create_index(op.f("ix_till_pairings_expires_at"), "till_pairings", ["expires_at"])
    op.create_table(
        "till_devices",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("revoked_at >= paired_at", name="ck_till_devices_revoked"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_devices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_till_devices_public_id")),
    )
    op.create_index(op.f("ix_till_devices_partner_id"), "till_devices", ["partner_id"])
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint("ck_oauth_clients_old_secret", "oauth_clients")
    op.drop_column("oauth_clients", "old_secret_ends_at")
    op.drop_column("oauth_clients", "old_secret_hash")
    op.execute("DELETE FROM oauth_clients WHERE secret_hash IS NULL")
    op.alter_column("oauth_clients", "secret_hash", existing_type=sa.LargeBinary(), nullable=False)
