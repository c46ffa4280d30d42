"""Partners are proposed, approved and stopped; what is agreed with them has versions.

Revision: 0032, after 0031.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TREATMENTS = "vat_treatment IN ('single_purpose', 'multi_purpose', 'free')"
GRANTS = (
    "GRANT SELECT, INSERT ON partner_contracts, contract_rates TO rewards_app",
    # What was agreed stays as it was agreed.
    "GRANT UPDATE (decision, decided_by, decided_at, refusal) ON partner_contracts TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE ON partner_stops TO rewards_app",
)


def upgrade() -> None:
    op.add_column("partners", sa.Column("state", sa.Text(), server_default="approved", nullable=False))
    for name in ("proposed_by", "decided_by"):
        op.add_column("partners", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("proposed_at", "decided_at"):
        op.add_column("partners", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("partners", sa.Column("refusal", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_partners_state", "partners", "state IN ('proposed', 'approved', 'refused', 'stopped')"
    )
    op.create_check_constraint(
        "ck_partners_two_officers", "partners", "state IN ('proposed', 'refused') OR decided_by <> proposed_by"
    )
    op.add_column("redemptions", sa.Column("contract_id", sa.BigInteger(), nullable=True))
    _make_stops()
    _make_contracts()
    for grant in GRANTS:
        op.execute(grant)


def _make_stops() -> None:
    op.create_table(
        "partner_stops",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("honour", sa.Boolean(), nullable=False),
        sa.Column("stopped_by", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_partner_stops_ended"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_stops")),
    )
    op.create_index(
        "uq_partner_stops_open",
        "partner_stops",
        ["partner_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _make_contracts() -> None:
    op.create_table(
        "partner_contracts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rate_pence", sa.BigInteger(), nullable=False),
        sa.Column("vat_treatment", sa.Text(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint("version > 0", name="ck_partner_contracts_version"),
        sa.CheckConstraint("rate_pence >= 0", name="ck_partner_contracts_rate"),
        sa.CheckConstraint(TREATMENTS, name="ck_partner_contracts_vat_treatment"),
        sa.CheckConstraint("vat_percent BETWEEN 0 AND 50", name="ck_partner_contracts_vat_percent"),
        sa.CheckConstraint("decision IN ('approved', 'refused')", name="ck_partner_contracts_decision"),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_partner_contracts_decided",
        ),
        sa.CheckConstraint(
            "decision <> 'approved' OR decided_by <> proposed_by", name="ck_partner_contracts_two_officers"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_contracts")),
        sa.UniqueConstraint("partner_id", "version", name="uq_partner_contracts_version"),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_contracts_public_id")),
    )
    op.create_index(
        "uq_partner_contracts_open",
        "partner_contracts",
        ["partner_id"],
        unique=True,
        postgresql_where=sa.text("decision IS NULL"),
    )
    op.create_table(
        "contract_rates",
        sa.Column("contract_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reward_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rate_pence", sa.BigInteger(), nullable=False),
        sa.Column("vat_treatment", sa.Text(), nullable=False),
        sa.Column("vat_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("rate_pence >= 0", name="ck_contract_rates_rate"),
        sa.CheckConstraint(TREATMENTS, name="ck_contract_rates_vat_treatment"),
        sa.CheckConstraint("vat_percent BETWEEN 0 AND 50", name="ck_contract_rates_vat_percent"),
        sa.PrimaryKeyConstraint("contract_id", "reward_id", name=op.f("pk_contract_rates")),
    )


def downgrade() -> None:
    for table in ("contract_rates", "partner_contracts", "partner_stops"):
        op.drop_table(table)
    op.drop_column("redemptions", "contract_id")
    op.drop_constraint("ck_partners_two_officers", "partners")
    op.drop_constraint("ck_partners_state", "partners")
    for name in ("refusal", "decided_at", "proposed_at", "decided_by", "proposed_by", "state"):
        op.drop_column("partners", name)
