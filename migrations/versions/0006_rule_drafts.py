"""Drafts of rules with every step of their life, what speaks for them, deputies of approvers, and the threshold.

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Who did what, and on what grounds, is neither changed nor removed; a deputy's time may be ended early.
RECORDS = ("rule_draft_steps", "rule_evidence", "approval_thresholds")
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON rule_drafts TO rewards_app",
    "GRANT SELECT, INSERT ON rule_draft_steps TO rewards_app",
    "GRANT SELECT, INSERT ON rule_evidence TO rewards_app",
    "GRANT SELECT, INSERT ON approval_thresholds TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON approver_deputies TO rewards_app",
)
STEPS = (
    "step IN ('written', 'saved', 'checked', 'submitted', 'approved', 'budget_approved', 'returned', 'scheduled',"
    " 'discarded')"
)


def upgrade() -> None:
    _make_drafts()
    _make_evidence()
    _make_approving()
    for table in RECORDS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for grant in GRANTS:
        op.execute(grant)


def _make_drafts() -> None:
    op.create_table(
        "rule_drafts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("decides_since", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'checked', 'submitted', 'approved', 'scheduled', 'discarded')",
            name="ck_rule_drafts_status",
        ),
        sa.CheckConstraint("decides_since BETWEEN 1 AND revision", name="ck_rule_drafts_decides_since"),
        sa.CheckConstraint("saved_at >= written_at", name="ck_rule_drafts_saved_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_drafts")),
    )
    op.create_index(
        "uq_rule_drafts_open",
        "rule_drafts",
        ["rule_key"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('scheduled', 'discarded')"),
    )
    op.create_index("ix_rule_drafts_rule_key", "rule_drafts", ["rule_key"])
    op.create_table(
        "rule_draft_steps",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(STEPS, name="ck_rule_draft_steps_step"),
        sa.CheckConstraint("(step = 'returned') = (reason IS NOT NULL)", name="ck_rule_draft_steps_reason"),
        sa.CheckConstraint("on_behalf_of IS NULL OR step = 'approved'", name="ck_rule_draft_steps_on_behalf_of"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_draft_steps")),
    )
    op.create_index("ix_rule_draft_steps_draft_id", "rule_draft_steps", ["draft_id"])
    op.create_index(
        "uq_rule_draft_steps_approval",
        "rule_draft_steps",
        ["draft_id", "submission", "step"],
        unique=True,
        postgresql_where=sa.text("step IN ('approved', 'budget_approved')"),
    )


def _make_evidence() -> None:
    op.create_table(
        "rule_evidence",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=True),
        sa.Column("low_points", sa.BigInteger(), nullable=False),
        sa.Column("central_points", sa.BigInteger(), nullable=False),
        sa.Column("high_points", sa.BigInteger(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('backtest', 'forecast')", name="ck_rule_evidence_kind"),
        sa.CheckConstraint(
            "low_points <= central_points AND central_points <= high_points", name="ck_rule_evidence_points"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_evidence")),
    )
    op.create_index("ix_rule_evidence_rule_key", "rule_evidence", ["rule_key", "revision"])


def _make_approving() -> None:
    op.create_table(
        "approver_deputies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("approver_id <> deputy_id", name="ck_approver_deputies_another"),
        sa.CheckConstraint("from_on < until_on", name="ck_approver_deputies_span"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_approver_deputies_ended"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approver_deputies")),
        sa.UniqueConstraint("public_id", name=op.f("uq_approver_deputies_public_id")),
    )
    op.create_index("ix_approver_deputies_deputy_id", "approver_deputies", ["deputy_id"])
    op.create_table(
        "approval_thresholds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points >= 0", name="ck_approval_thresholds_points"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_thresholds")),
    )


def downgrade() -> None:
    for table in ("approval_thresholds", "approver_deputies", "rule_evidence", "rule_draft_steps", "rule_drafts"):
        op.drop_table(table)
