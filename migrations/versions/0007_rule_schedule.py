"""Schedules and stops of rules; artefacts that were made again before they came into force.

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_artefacts", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("uq_rule_artefacts_in_force_from", "rule_artefacts", type_="unique")
    op.create_check_constraint("ck_rule_artefacts_superseded_at", "rule_artefacts", "superseded_at <= in_force_from")
    op.create_index(
        "uq_rule_artefacts_standing",
        "rule_artefacts",
        ["in_force_from"],
        unique=True,
        postgresql_where="superseded_at IS NULL",
    )
    op.add_column("rule_versions", sa.Column("from_on", sa.Date(), nullable=True))
    op.add_column("rule_versions", sa.Column("progress", sa.Text(), nullable=True))
    op.add_column("rule_versions", sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rule_versions", sa.Column("scheduled_by", sa.BigInteger(), nullable=True))
    op.add_column("rule_versions", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("rule_versions", sa.Column("withdrawn_by", sa.BigInteger(), nullable=True))
    op.create_check_constraint("ck_rule_versions_progress", "rule_versions", "progress IN ('carry_over', 'restart')")
    op.create_check_constraint(
        "ck_rule_versions_scheduled",
        "rule_versions",
        "(from_on IS NULL) = (scheduled_at IS NULL) AND (from_on IS NULL) = (scheduled_by IS NULL)",
    )
    op.create_check_constraint(
        "ck_rule_versions_withdrawn", "rule_versions", "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
    )
    op.create_table(
        "rule_stops",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("honour", sa.Boolean(), nullable=False),
        sa.Column("stopped_by", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at >= stopped_at", name="ck_rule_stops_ends_at"),
        sa.CheckConstraint("reason <> ''", name="ck_rule_stops_reason"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_stops")),
    )
    op.create_index("ix_rule_stops_rule_key", "rule_stops", ["rule_key"])
    op.execute(
        "CREATE TRIGGER rule_stops_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rule_stops "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    # What an officer stopped is neither changed nor removed.
    op.execute("GRANT SELECT, INSERT ON rule_stops TO rewards_app")


def downgrade() -> None:
    op.drop_index("ix_rule_stops_rule_key", table_name="rule_stops")
    op.drop_table("rule_stops")
    op.drop_constraint("ck_rule_versions_withdrawn", "rule_versions", type_="check")
    op.drop_constraint("ck_rule_versions_scheduled", "rule_versions", type_="check")
    op.drop_constraint("ck_rule_versions_progress", "rule_versions", type_="check")
    for column in ("withdrawn_by", "withdrawn_at", "scheduled_by", "scheduled_at", "progress", "from_on"):
        op.drop_column("rule_versions", column)
    op.drop_index("uq_rule_artefacts_standing", table_name="rule_artefacts", postgresql_where="superseded_at IS NULL")
    op.execute("DELETE FROM rule_artefacts WHERE superseded_at IS NOT NULL")
    op.drop_constraint("ck_rule_artefacts_superseded_at", "rule_artefacts", type_="check")
    op.create_unique_constraint("uq_rule_artefacts_in_force_from", "rule_artefacts", ["in_force_from"])
    op.drop_column("rule_artefacts", "superseded_at")
