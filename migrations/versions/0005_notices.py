"""Notices to residents, queued; decisions of officers about points and money.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A notice is queued once and stays until somebody sends it; what an officer decided is neither changed nor removed.
GRANTS = (
    "GRANT SELECT, INSERT ON notices TO rewards_app",
    "GRANT SELECT, INSERT ON ledger_decisions TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("resident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("days", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('points_expire')", name="ck_notices_kind"),
        sa.CheckConstraint("points > 0", name="ck_notices_points"),
        sa.CheckConstraint("days > 0", name="ck_notices_days"),
        sa.PrimaryKeyConstraint("resident_id", "kind", "quarter", "days", name=op.f("pk_notices")),
    )
    op.create_table(
        "ledger_decisions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("written_off", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('pay_in', 'fund', 'rate', 'reversal', 'clawback')", name="ck_ledger_decisions_kind"
        ),
        sa.CheckConstraint("amount >= 0 AND written_off >= 0", name="ck_ledger_decisions_amounts"),
        sa.CheckConstraint(
            "(kind IN ('reversal', 'clawback')) = (event_id IS NOT NULL)", name="ck_ledger_decisions_event"
        ),
        sa.CheckConstraint("reason <> ''", name="ck_ledger_decisions_reason"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_decisions")),
    )
    op.create_index(
        "ix_ledger_decisions_event", "ledger_decisions", ["event_id"], postgresql_where="event_id IS NOT NULL"
    )
    op.execute(
        "CREATE TRIGGER ledger_decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_decisions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_table("ledger_decisions")
    op.drop_table("notices")
