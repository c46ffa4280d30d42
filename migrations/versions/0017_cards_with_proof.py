"""Cards that wait for their proof, and ids of cards for their holders.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.columns import Xid8

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

GRANT = (
    "GRANT SELECT, INSERT, DELETE,"
    " UPDATE (first_tapped_at, second_tapped_at, outcome, proof, ended_at, changed_xid) ON card_claims TO rewards_app"
)


def upgrade() -> None:
    op.create_table(
        "card_claims",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_tapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_tapped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("(first_from IS NULL) = (second_from IS NULL)", name="ck_card_claims_windows"),
        sa.CheckConstraint(
            "first_from IS NOT NULL OR (first_tapped_at IS NULL AND second_tapped_at IS NULL)",
            name="ck_card_claims_tapped",
        ),
        sa.CheckConstraint("outcome IN ('proved', 'withdrawn', 'lapsed')", name="ck_card_claims_outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ck_card_claims_ended"),
        sa.CheckConstraint("proof IN ('desk', 'operator', 'micro_check')", name="ck_card_claims_proof"),
        sa.CheckConstraint("(outcome = 'proved') = (proof IS NOT NULL)", name="ck_card_claims_proved"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_claims")),
        sa.UniqueConstraint("public_id", name=op.f("uq_card_claims_public_id")),
    )
    waiting = sa.text("ended_at IS NULL")
    checked = sa.text("ended_at IS NULL AND first_from IS NOT NULL")
    op.create_index(
        "uq_card_claims_waiting", "card_claims", ["resident_id", "token_hash"], unique=True, postgresql_where=waiting
    )
    op.create_index("ix_card_claims_checked", "card_claims", ["token_hash"], postgresql_where=checked)
    op.create_index("ix_card_claims_resident", "card_claims", ["resident_id"])
    op.create_index("ix_card_claims_changed", "card_claims", ["changed_xid", "id"])
    op.add_column(
        "cards", sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_cards_public_id"), "cards", ["public_id"])
    op.create_index("ix_cards_removed", "cards", ["token_hash"], postgresql_where=sa.text("removed_at IS NOT NULL"))
    op.execute(GRANT)


def downgrade() -> None:
    op.drop_index("ix_cards_removed", "cards")
    op.drop_column("cards", "public_id")
    op.drop_table("card_claims")
