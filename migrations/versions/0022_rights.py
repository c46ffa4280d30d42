"""Complaints, appeals, retention periods, winding down, and the rights that erasing somebody takes.

Revision: 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COMPLAINTS = "acknowledged_at, acknowledged_by, answer, answered_at, answered_by"
TAKEN_ALONG = "terms_acceptances, invitations, referrals, notices, review_cases, attendances, shared_counters"
GRANTS = (
    f"GRANT SELECT, INSERT, DELETE, UPDATE ({COMPLAINTS}) ON complaints TO rewards_app",
    "GRANT SELECT, INSERT, DELETE, UPDATE (decision, reason, decided_by, decided_at) ON appeals TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON retention_periods TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE (closed_at, called_off_at, called_off_by) ON wind_downs TO rewards_app",
    # What somebody who leaves takes with them. The ledger and the audit trail stay as they are.
    f"GRANT DELETE ON {TAKEN_ALONG}, redemption_visits TO rewards_app",
    "GRANT UPDATE (reason) ON redemption_refunds TO rewards_app",
    "GRANT UPDATE (note) ON desk_acts TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="ck_complaints_acknowledged"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="ck_complaints_answered",
        ),
        sa.CheckConstraint("answered_at IS NULL OR acknowledged_at IS NOT NULL", name="ck_complaints_order"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("public_id", name=op.f("uq_complaints_public_id")),
    )
    op.create_index("ix_complaints_resident", "complaints", ["resident_id"])
    op.create_index("ix_complaints_open", "complaints", ["due_at"], postgresql_where=sa.text("answered_at IS NULL"))
    op.create_table(
        "appeals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('stands', 'changed')", name="ck_appeals_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL) = (reason IS NULL)",
            name="ck_appeals_decided",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appeals_public_id")),
    )
    waiting = sa.text("decision IS NULL")
    op.create_index("ix_appeals_resident", "appeals", ["resident_id"])
    op.create_index("ix_appeals_open", "appeals", ["due_at"], postgresql_where=waiting)
    op.create_index("uq_appeals_open_event", "appeals", ["event_id"], unique=True, postgresql_where=waiting)
    op.create_table(
        "retention_periods",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days > 0", name="ck_retention_periods_days"),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_retention_periods")),
    )
    op.create_table(
        "wind_downs",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(called_off_at IS NULL) = (called_off_by IS NULL)", name="ck_wind_downs_called_off"),
        sa.CheckConstraint("closed_at IS NULL OR called_off_at IS NULL", name="ck_wind_downs_one_end"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wind_downs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_wind_downs_public_id")),
    )
    op.add_column("residents", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_column("residents", "erased_at")
    for table in ("wind_downs", "retention_periods", "appeals", "complaints"):
        op.drop_table(table)
