"""Acts are found by the public id of who did them: of residents the trail keeps no other.

Revision: 0043, after 0042.
"""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_audit_acts_actor", "audit_acts")
    op.create_index("ix_audit_acts_actor", "audit_acts", ["actor_public_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_acts_actor", "audit_acts")
    op.create_index("ix_audit_acts_actor", "audit_acts", ["actor_kind", "actor_id", "id"])
