"""Answers that nobody asks for again any more may be removed.

Revision: 0038, after 0037.
"""

from __future__ import annotations

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON commands TO rewards_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON commands FROM rewards_app")
