"""Places, pauses and terms.

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A pause is ended and never removed; what somebody accepted is neither changed nor removed.
GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON wards, small_areas, postcodes, stops TO rewards_app",
    "GRANT SELECT, INSERT, UPDATE ON pauses TO rewards_app",
    "GRANT SELECT, INSERT ON terms_acceptances TO rewards_app",
)


def upgrade() -> None:
    op.add_column("residents", sa.Column("deprivation_decile", sa.SmallInteger(), nullable=True))
    op.create_check_constraint("ck_residents_deprivation_decile", "residents", "deprivation_decile BETWEEN 1 AND 10")
    op.add_column("residents", sa.Column("pass_type", sa.Text(), nullable=True))
    op.create_check_constraint(
        "ck_residents_pass_type", "residents", "pass_type IN ('adult', 'young', 'student', 'senior', 'disabled')"
    )
    op.create_table(
        "terms_acceptances",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_acceptances")),
        sa.UniqueConstraint("resident_id", "version", name="uq_terms_acceptances_resident_version"),
    )
    op.create_table(
        "wards",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_wards")),
    )
    op.create_table(
        "small_areas",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("deprivation_decile", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("deprivation_decile BETWEEN 1 AND 10", name="ck_small_areas_deprivation_decile"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_small_areas")),
    )
    op.create_table(
        "postcodes",
        sa.Column("postcode", sa.Text(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=False),
        sa.Column("area_2011", sa.Text(), nullable=True),
        sa.Column("area_2021", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["wards.code"], name="fk_postcodes_ward"),
        sa.PrimaryKeyConstraint("postcode", name=op.f("pk_postcodes")),
    )
    op.create_table(
        "stops",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ward_code", sa.Text(), nullable=False),
        sa.Column("latitude_e6", sa.Integer(), nullable=True),
        sa.Column("longitude_e6", sa.Integer(), nullable=True),
        sa.CheckConstraint("(latitude_e6 IS NULL) = (longitude_e6 IS NULL)", name="ck_stops_both_or_neither"),
        sa.CheckConstraint("latitude_e6 BETWEEN -90000000 AND 90000000", name="ck_stops_latitude_e6"),
        sa.CheckConstraint("longitude_e6 BETWEEN -180000000 AND 180000000", name="ck_stops_longitude_e6"),
        sa.ForeignKeyConstraint(["ward_code"], ["wards.code"], name="fk_stops_ward"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_stops")),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.BigInteger(), nullable=False),
        sa.Column("resumed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("what IN ('earning', 'redeeming')", name="ck_pauses_what"),
        sa.CheckConstraint("until_at >= from_at", name="ck_pauses_until_at"),
        sa.CheckConstraint("(until_at IS NULL) = (resumed_by IS NULL)", name="ck_pauses_resumed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pauses_public_id")),
    )
    op.create_index("uq_pauses_running", "pauses", ["what"], unique=True, postgresql_where="until_at IS NULL")
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.drop_index("uq_pauses_running", table_name="pauses", postgresql_where="until_at IS NULL")
    op.drop_table("pauses")
    op.drop_table("stops")
    op.drop_table("postcodes")
    op.drop_table("small_areas")
    op.drop_table("wards")
    op.drop_table("terms_acceptances")
    op.drop_constraint("ck_residents_pass_type", "residents", type_="check")
    op.drop_column("residents", "pass_type")
    op.drop_constraint("ck_residents_deprivation_decile", "residents", type_="check")
    op.drop_column("residents", "deprivation_decile")
