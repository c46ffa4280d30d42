"""What was recorded or moved since a day is found without reading everything that there ever was.

Rows stand about in the order of their time, so a few pages say where, and no row costs more log.

Revision: 0046, after 0045.
"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_events_recorded ON events USING brin (recorded_at)")
    op.execute("CREATE INDEX ix_ledger_transfers_effective ON ledger_transfers USING brin (effective_at)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_ledger_transfers_effective")
    op.execute("DROP INDEX ix_events_recorded")
