"""Changes of officers' roles that another administrator approves.

Revision: 0037, after 0036.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE (officer_id, decision, decided_by, decided_at) ON role_changes TO rewards_app",
    "GRANT UPDATE (roles, active) ON officers TO rewards_app",
)


def upgrade() -> None:
    op.create_table(
        "role_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(name IS NULL) = (email IS NULL)", name="ck_role_changes_somebody_new"),
        sa.CheckConstraint("officer_id IS NOT NULL OR name IS NOT NULL", name="ck_role_changes_whose"),
        sa.CheckConstraint("cardinality(roles) > 0", name="ck_role_changes_roles"),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name="ck_role_changes_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_role_changes_decided",
        ),
        sa.CheckConstraint(
            "decision <> 'approved' OR (decided_by <> proposed_by AND decided_by <> officer_id)",
            name="ck_role_changes_two_officers",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_changes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_role_changes_public_id")),
    )
    op.create_index(
        "uq_role_changes_open",
        "role_changes",
        ["officer_id"],
        unique=True,
        postgresql_where=sa.text("decision IS NULL"),
    )
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.execute("REVOKE UPDATE (roles, active) ON officers FROM rewards_app")
    op.drop_table("role_changes")
