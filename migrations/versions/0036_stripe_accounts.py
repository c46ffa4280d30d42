"""Partners' accounts at Stripe, events that were counted, and reversals of payments.

Revision: 0036, after 0035.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE ON stripe_accounts, stripe_payouts, payout_reversals TO rewards_app",
    "GRANT SELECT, INSERT, DELETE ON stripe_events TO rewards_app",
)


def upgrade() -> None:
    op.add_column("payees", sa.Column("stripe_chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "stripe_accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("charges", sa.Boolean(), nullable=False),
        sa.Column("payouts", sa.Boolean(), nullable=False),
        sa.Column("transfers", sa.Boolean(), nullable=False),
        sa.Column("due", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_stripe_accounts")),
        sa.UniqueConstraint("partner_id", name=op.f("uq_stripe_accounts_partner_id")),
    )
    op.create_table(
        "stripe_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_events")),
    )
    op.create_index("ix_stripe_events_counted", "stripe_events", ["counted_at"])
    op.create_table(
        "stripe_payouts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("arrives_on", sa.Date(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_payouts")),
    )
    op.create_index("ix_stripe_payouts_partner", "stripe_payouts", ["partner_id", "told_at"])
    _make_reversals()
    for grant in GRANTS:
        op.execute(grant)


def _make_reversals() -> None:
    op.create_table(
        "payout_reversals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("payout_id", sa.BigInteger(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_there", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'approved', 'done', 'declined', 'refused')", name="ck_payout_reversals_status"
        ),
        sa.CheckConstraint("pence > 0", name="ck_payout_reversals_pence"),
        sa.CheckConstraint(
            "(status = 'open') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name="ck_payout_reversals_decided",
        ),
        sa.CheckConstraint(
            "status IN ('open', 'refused') OR decided_by <> proposed_by", name="ck_payout_reversals_two_officers"
        ),
        sa.CheckConstraint(
            "(status = 'done') = (transfer_id IS NOT NULL) AND (status = 'done') = (provider_reference IS NOT NULL)",
            name="ck_payout_reversals_done",
        ),
        sa.CheckConstraint("(status = 'approved') = (ask_at IS NOT NULL)", name="ck_payout_reversals_asked"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_reversals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_reversals_public_id")),
        sa.UniqueConstraint("provider_reference", name=op.f("uq_payout_reversals_provider_reference")),
    )
    op.create_index("ix_payout_reversals_payout", "payout_reversals", ["payout_id"])
    op.create_index(
        "ix_payout_reversals_due", "payout_reversals", ["ask_at"], postgresql_where=sa.text("status = 'approved'")
    )


def downgrade() -> None:
    for table in ("payout_reversals", "stripe_payouts", "stripe_events", "stripe_accounts"):
        op.drop_table(table)
    op.drop_column("payees", "stripe_chosen_at")
