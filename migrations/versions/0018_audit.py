"""The audit trail, append-only.

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.columns import Xid8

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_acts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_public_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint(
            "actor_kind IN ('officer', 'resident', 'staff', 'machine', 'host', 'device', 'system')",
            name="ck_audit_acts_actor_kind",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_acts")),
    )
    op.create_index("ix_audit_acts_subject", "audit_acts", ["subject", "id"])
    op.create_index("ix_audit_acts_actor", "audit_acts", ["actor_kind", "actor_id", "id"])
    op.execute(
        "CREATE TRIGGER audit_acts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_acts "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON audit_acts TO rewards_app")


def downgrade() -> None:
    op.drop_table("audit_acts")
