"""Doors for operators.

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("import_doors", "import_files", "import_chunks", "import_faults", "source_freshness", "missing_reports")


def upgrade() -> None:
    op.create_table(
        "import_doors",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=False),
        sa.Column("declared", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_import_doors")),
    )
    op.create_table(
        "import_files",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("door_name", sa.Text(), nullable=False),
        sa.Column("door", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("lines_done", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason_line", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "status IN ('waiting', 'checking', 'importing', 'done', 'quarantined', 'failed')",
            name="ck_import_files_status",
        ),
        sa.CheckConstraint("way IN ('folder', 'api')", name="ck_import_files_way"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_files_public_id")),
    )
    op.create_index(
        "uq_import_files_content",
        "import_files",
        ["source_id", "sha256"],
        unique=True,
        postgresql_where="status NOT IN ('quarantined', 'failed') AND (status <> 'done' OR lines_done > 0)",
    )
    op.create_index(
        "ix_import_files_unfinished",
        "import_files",
        ["id"],
        postgresql_where="status IN ('waiting', 'checking', 'importing')",
    )
    op.create_table(
        "import_chunks",
        sa.Column("file_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_import_chunks")),
    )
    op.create_table(
        "import_faults",
        sa.Column("file_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_import_faults")),
    )
    op.create_table(
        "source_freshness",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("complete_to", sa.Date(), nullable=True),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.CheckConstraint("schedule IN ('daily', 'weekly')", name="ck_source_freshness_schedule"),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_freshness")),
    )
    op.create_table(
        "missing_reports",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("source_ids", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_reports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_missing_reports_public_id")),
    )
    op.create_index(
        "ix_missing_reports_waiting", "missing_reports", ["resident_id"], postgresql_where="closed_at IS NULL"
    )
    op.create_index("ix_missing_reports_resident", "missing_reports", ["resident_id", "public_id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(TABLES)} TO rewards_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
