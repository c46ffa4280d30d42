"""How people sign in, their sessions, and messages that were promised.

Revision: 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = (
    "logins",
    "sign_in_sessions",
    "sign_in_tries",
    "sign_in_codes",
    "known_devices",
    "staff_invitations",
    "messages",
)
GRANTS = (
    "GRANT SELECT, INSERT, DELETE ON logins TO rewards_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (seen_at) ON sign_in_sessions, known_devices TO rewards_app",
    "GRANT SELECT, INSERT, DELETE ON sign_in_tries, staff_invitations, messages TO rewards_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (wrong) ON sign_in_codes TO rewards_app",
)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _blob(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "logins",
        _number("id"),
        _text("side"),
        _blob("key_hash"),
        _text("person"),
        _text("channel", nullable=True),
        _blob("address_encrypted", nullable=True),
        _instant("made_at"),
        sa.CheckConstraint("side IN ('resident', 'partner', 'officer')", name="ck_logins_side"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_logins_channel"),
        sa.CheckConstraint("(channel IS NULL) = (address_encrypted IS NULL)", name="ck_logins_address"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logins")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_logins_key_hash")),
    )
    op.create_index(op.f("ix_logins_person"), "logins", ["person"])
    op.create_table(
        "sign_in_sessions",
        _number("id"),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        _blob("secret_hash"),
        _text("person", nullable=True),
        _blob("key_hash", nullable=True),
        _text("channel", nullable=True),
        _blob("address_encrypted", nullable=True),
        _text("device"),
        sa.Column("keep", sa.Boolean(), nullable=False),
        _instant("signed_in_at"),
        _instant("proved_at"),
        _instant("seen_at"),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        _instant("ends_at"),
        sa.CheckConstraint("(person IS NULL) = (key_hash IS NOT NULL)", name="ck_sign_in_sessions_person"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_sign_in_sessions_channel"),
        sa.CheckConstraint("idle_seconds > 0", name="ck_sign_in_sessions_idle"),
        sa.CheckConstraint("ends_at > signed_in_at", name="ck_sign_in_sessions_ends"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_sessions_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_sessions_secret_hash")),
    )
    op.create_index(op.f("ix_sign_in_sessions_person"), "sign_in_sessions", ["person"])
    op.create_index(op.f("ix_sign_in_sessions_ends_at"), "sign_in_sessions", ["ends_at"])
    op.create_table(
        "sign_in_tries",
        _blob("state_hash"),
        _blob("visit_hash"),
        _text("side"),
        _text("provider"),
        _text("nonce"),
        _text("code_verifier"),
        _text("back"),
        sa.Column("again", sa.Boolean(), nullable=False),
        _blob("invitation_hash", nullable=True),
        _instant("begun_at"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_expires_at"), "sign_in_tries", ["expires_at"])
    op.create_table(
        "sign_in_codes",
        _blob("visit_hash"),
        _text("side"),
        _text("channel"),
        _blob("address_encrypted"),
        _blob("code_hash"),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        _text("back"),
        sa.Column("keep", sa.Boolean(), nullable=False),
        _blob("invitation_hash", nullable=True),
        _instant("expires_at"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_sign_in_codes_channel"),
        sa.CheckConstraint("wrong >= 0", name="ck_sign_in_codes_wrong"),
        sa.PrimaryKeyConstraint("visit_hash", name=op.f("pk_sign_in_codes")),
    )
    op.create_index(op.f("ix_sign_in_codes_expires_at"), "sign_in_codes", ["expires_at"])
    op.create_table(
        "known_devices",
        _text("person"),
        _blob("device_hash"),
        _instant("seen_at"),
        sa.PrimaryKeyConstraint("person", "device_hash", name=op.f("pk_known_devices")),
    )
    op.create_index(op.f("ix_known_devices_seen_at"), "known_devices", ["seen_at"])
    op.create_table(
        "staff_invitations",
        _blob("code_hash"),
        _text("person"),
        _text("made_by"),
        _instant("made_at"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_staff_invitations")),
    )
    op.create_index(op.f("ix_staff_invitations_person"), "staff_invitations", ["person"])
    op.create_index(op.f("ix_staff_invitations_expires_at"), "staff_invitations", ["expires_at"])
    op.create_table(
        "messages",
        _number("id"),
        _text("channel"),
        _text("template"),
        _blob("sealed"),
        _instant("queued_at"),
        _instant("expires_at"),
        sa.CheckConstraint("channel IN ('email', 'text')", name="ck_messages_channel"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_expires_at"), "messages", ["expires_at"])
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
