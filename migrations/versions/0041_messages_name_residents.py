"""A message says which resident it is for, so that the desk tells those whom it does not reach.

Revision: 0041, after 0040.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

KINDS = "'refund_given', 'refund_refused', 'webhook_disabled'"


def upgrade() -> None:
    op.add_column("messages", sa.Column("person", sa.Text(), nullable=True))
    op.create_index(op.f("ix_messages_person"), "messages", ["person"])
    _allow(f"'points_expire', {KINDS}")


def downgrade() -> None:
    op.execute("DELETE FROM personal_notices WHERE kind = 'points_expire'")
    _allow(KINDS)
    op.drop_index(op.f("ix_messages_person"), "messages")
    op.drop_column("messages", "person")


def _allow(kinds: str) -> None:
    op.drop_constraint("ck_personal_notices_kind", "personal_notices")
    op.create_check_constraint("ck_personal_notices_kind", "personal_notices", f"kind IN ({kinds})")
