"""Statements of partners, payments for them, and VAT of rewards.

Revision: 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON payees, payouts, bacs_files TO rewards_app",
    "GRANT SELECT, INSERT ON statements, statement_lines TO rewards_app",
)


def upgrade() -> None:
    _add_vat()
    _make_payments()
    op.create_table(
        "statements",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("opening_pence", sa.BigInteger(), nullable=False),
        sa.Column("moved_pence", sa.BigInteger(), nullable=False),
        sa.Column("closing_pence", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_on < until_on", name="ck_statements_span"),
        sa.CheckConstraint("closing_pence = opening_pence + moved_pence", name="ck_statements_adds_up"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("partner_id", "until_on", name="uq_statements_partner_until"),
        sa.UniqueConstraint("public_id", name=op.f("uq_statements_public_id")),
    )
    op.create_table(
        "statement_lines",
        sa.Column("transfer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_statement_lines")),
    )
    op.create_index("ix_statement_lines_statement", "statement_lines", ["statement_id"])
    for grant in GRANTS:
        op.execute(grant)


def _add_vat() -> None:
    op.add_column("rewards", sa.Column("vat_treatment", sa.Text(), server_default="multi_purpose", nullable=False))
    op.add_column("rewards", sa.Column("vat_percent", sa.Integer(), server_default="20", nullable=False))
    op.create_check_constraint(
        "ck_rewards_vat_treatment", "rewards", "vat_treatment IN ('single_purpose', 'multi_purpose', 'free')"
    )
    op.create_check_constraint("ck_rewards_vat_percent", "rewards", "vat_percent BETWEEN 0 AND 50")
    op.add_column("redemptions", sa.Column("vat_treatment", sa.Text(), nullable=True))
    op.add_column("redemptions", sa.Column("vat_percent", sa.Integer(), nullable=True))


def _make_payments() -> None:
    op.create_table(
        "payees",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("method", sa.Text(), server_default="bacs", nullable=False),
        sa.Column("bank_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stripe_account", sa.Text(), nullable=True),
        sa.Column("stripe_ready", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("method IN ('bacs', 'stripe')", name="ck_payees_method"),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_payees")),
        sa.UniqueConstraint("stripe_account", name=op.f("uq_payees_stripe_account")),
    )
    op.create_table(
        "bacs_files",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('made', 'sent', 'dropped')", name="ck_bacs_files_status"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bacs_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bacs_files_public_id")),
    )
    op.create_table(
        "payouts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'ordered', 'paid', 'returned', 'dropped')", name="ck_payouts_status"),
        sa.CheckConstraint("method IN ('bacs', 'stripe')", name="ck_payouts_method"),
        sa.CheckConstraint("pence > 0", name="ck_payouts_pence"),
        sa.CheckConstraint("(status IN ('paid', 'returned')) = (transfer_id IS NOT NULL)", name="ck_payouts_transfer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payouts_public_id")),
        sa.UniqueConstraint("statement_id", name=op.f("uq_payouts_statement_id")),
        sa.UniqueConstraint("provider_reference", name=op.f("uq_payouts_provider_reference")),
    )
    op.create_index(
        "ix_payouts_open", "payouts", ["method", "id"], postgresql_where=sa.text("status IN ('waiting', 'ordered')")
    )
    op.create_index("ix_payouts_partner", "payouts", ["partner_id", "id"])


def downgrade() -> None:
    for table in ("statement_lines", "statements", "payouts", "bacs_files", "payees"):
        op.drop_table(table)
    op.drop_column("redemptions", "vat_percent")
    op.drop_column("redemptions", "vat_treatment")
    op.drop_column("rewards", "vat_percent")
    op.drop_column("rewards", "vat_treatment")
