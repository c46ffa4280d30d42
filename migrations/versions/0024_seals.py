"""Seals over transfers and audit acts, and the generation that a restored cluster begins.

Revision: 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.SmallInteger(), nullable=False),
        sa.Column("below_xid", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0 AND entries >= number", name="ck_ledger_seals_numbers"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_seals")),
    )
    op.execute(
        "CREATE TRIGGER ledger_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON ledger_seals TO rewards_app")
    # A constant default is no rewrite: the rows that are there get it without being touched, so triggers do not mind.
    for table in ("ledger_transfers", "audit_acts"):
        op.add_column(table, sa.Column("generation", sa.SmallInteger(), server_default="1", nullable=False))
    op.execute("CREATE INDEX ix_ledger_transfers_xid ON ledger_transfers USING brin (((xid::text)::bigint))")
    op.execute("CREATE INDEX ix_audit_acts_xid ON audit_acts (((xid::text)::bigint))")


def downgrade() -> None:
    op.execute("DROP INDEX ix_audit_acts_xid")
    op.execute("DROP INDEX ix_ledger_transfers_xid")
    for table in ("audit_acts", "ledger_transfers"):
        op.drop_column(table, "generation")
    op.drop_table("ledger_seals")
