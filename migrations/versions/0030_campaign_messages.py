"""Messages of campaigns to those who asked for them.

Revision: 0030, after 0029.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_messages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("public_id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('written', 'approved', 'sent', 'discarded')", name="ck_campaign_messages_status"
        ),
        sa.CheckConstraint(
            "(status IN ('approved', 'sent')) = (approved_by IS NOT NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)",
            name="ck_campaign_messages_approved",
        ),
        sa.CheckConstraint("approved_by <> written_by", name="ck_campaign_messages_two_officers"),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="ck_campaign_messages_sent"),
    )
    op.create_index("ix_campaign_messages_campaign", "campaign_messages", ["campaign_id", "approved_at"])
    op.create_table(
        "campaign_message_recipients",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("resident_id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('queued', 'no_address')", name="ck_campaign_message_recipients_outcome"),
    )
    op.create_index("ix_campaign_message_recipients_resident", "campaign_message_recipients", ["resident_id"])
    decided = "status, approved_by, approved_at, sent_at"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({decided}) ON campaign_messages TO rewards_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON campaign_message_recipients TO rewards_app")
    # Who wants the messages of a campaign is asked of everybody's consents.
    op.create_index("ix_consents_purpose", "consents", ["purpose", "resident_id"])


def downgrade() -> None:
    op.drop_index("ix_consents_purpose", "consents")
    op.drop_table("campaign_message_recipients")
    op.drop_table("campaign_messages")
