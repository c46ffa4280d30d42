"""What was published of rules is neither rewritten nor removed, by the application or by its owner.

An artefact may be superseded once; a version may be switched on or off, and withdrawn once. All else stays.

Revision: 0044, after 0043.
"""

from __future__ import annotations

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

KEPT = {
    "rule_artefacts": ("id, sha256, body, in_force_from, published_at", "superseded_at"),
    "rule_versions": (
        "id, rule_key, version, document, from_on, progress, scheduled_at, scheduled_by",
        "off_reason, withdrawn_at, withdrawn_by",
    ),
}
ONCE = (("rule_artefacts", "superseded", "superseded_at"), ("rule_versions", "withdrawn", "withdrawn_at, withdrawn_by"))


def upgrade() -> None:
    for table, (fixed, open_columns) in KEPT.items():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OF {fixed} OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM rewards_app")
        op.execute(f"GRANT UPDATE ({open_columns}) ON {table} TO rewards_app")
    for table, name, columns in ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_{name}_once BEFORE UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW WHEN (OLD.{name}_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    for table, name, _ in ONCE:
        op.execute(f"DROP TRIGGER {table}_{name}_once ON {table}")
    for table, (_, open_columns) in KEPT.items():
        op.execute(f"REVOKE UPDATE ({open_columns}) ON {table} FROM rewards_app")
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO rewards_app")
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
