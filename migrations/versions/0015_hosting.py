"""Community organisations, their hosts, sessions and attendance.

Revision: 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("attendances", "host_sessions", "host_members", "host_organisations")


def upgrade() -> None:
    op.create_table(
        "host_organisations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("event_types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("registered_by", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_organisations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_host_organisations_public_id")),
        sa.UniqueConstraint("name", name=op.f("uq_host_organisations_name")),
    )
    op.create_table(
        "host_members",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("unknown_tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["host_organisations.id"], name="fk_host_members_organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_members")),
        sa.UniqueConstraint("public_id", name=op.f("uq_host_members_public_id")),
    )
    op.create_index(op.f("ix_host_members_organisation_id"), "host_members", ["organisation_id"])
    op.create_table(
        "host_sessions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="ck_host_sessions_times"),
        sa.CheckConstraint("ends_at <= starts_at + interval '24 hours'", name="ck_host_sessions_length"),
        sa.ForeignKeyConstraint(["organisation_id"], ["host_organisations.id"], name="fk_host_sessions_organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_sessions")),
        sa.UniqueConstraint("public_id", name=op.f("uq_host_sessions_public_id")),
    )
    op.create_index("ix_host_sessions_organisation", "host_sessions", ["organisation_id", "public_id"])
    op.create_table(
        "attendances",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("bags", sa.Integer(), nullable=True),
        sa.Column("code_number", sa.BigInteger(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attested_by", sa.BigInteger(), nullable=True),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('here', 'waiting', 'counted', 'withdrawn')", name="ck_attendances_state"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="ck_attendances_minutes"),
        sa.CheckConstraint("approved_by <> attested_by", name="ck_attendances_second_person"),
        sa.ForeignKeyConstraint(["session_id"], ["host_sessions.id"], name="fk_attendances_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attendances_public_id")),
        sa.UniqueConstraint("session_id", "resident_id", name="uq_attendances_session_resident"),
    )
    op.create_index("ix_attendances_resident", "attendances", ["resident_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(TABLES)} TO rewards_app")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
