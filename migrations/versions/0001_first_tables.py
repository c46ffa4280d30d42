"""The first tables, the ledger's triggers, and the application's role.

Revision: 0001, the first one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import app.core.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$
"""

# The role is shared by the cluster's schemes, so it may be there already, or be made by another migration just now.
# Whoever migrates must be able to SET ROLE to it; the application's connections do so as they open.
APPLICATION_ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rewards_app') THEN
    BEGIN
      CREATE ROLE rewards_app NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  BEGIN
    EXECUTE format('GRANT rewards_app TO %I', current_user);
  EXCEPTION WHEN insufficient_privilege THEN  -- somebody else made the role and has to have granted it
    IF NOT pg_has_role(current_user, 'rewards_app', 'MEMBER') THEN RAISE; END IF;
  END;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO rewards_app', current_schema());
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO rewards_app', current_schema());
  EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO rewards_app', current_schema());
  REVOKE UPDATE, DELETE, TRUNCATE ON ledger_transfers, ledger_reversals FROM rewards_app;
  REVOKE DELETE ON ledger_accounts, ledger_holds, ledger_hold_lots, events, commands FROM rewards_app;
  REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM rewards_app;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("key", name=op.f("uq_campaigns_key")),
    )
    op.create_table(
        "cards",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_xid", app.core.columns.Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
    )
    op.create_index("ix_cards_changed", "cards", ["changed_xid", "id"], unique=False)
    op.create_index("ix_cards_resident", "cards", ["resident_id"], unique=False)
    op.create_index("uq_cards_token_live", "cards", ["token_hash"], unique=True, postgresql_where="removed_at IS NULL")
    op.create_table(
        "commands",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_commands")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("quarter", sa.SmallInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("resident_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("points >= 0", name="ck_events_points"),
        sa.CheckConstraint("status IN (1, 2, 3)", name="ck_events_status"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("source_id", "external_id", name="uq_events_source_external"),
        postgresql_with={"fillfactor": "90"},
    )
    op.create_index("ix_events_resident", "events", ["resident_id", "happened_at"], unique=False)
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("unit", sa.SmallInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("lot_0", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_1", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_2", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_3", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_4", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_5", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_6", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lot_7", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("held >= 0", name="ck_ledger_accounts_held"),
        sa.CheckConstraint("lot_0 >= 0", name="ck_ledger_accounts_lot_0"),
        sa.CheckConstraint("lot_1 >= 0", name="ck_ledger_accounts_lot_1"),
        sa.CheckConstraint("lot_2 >= 0", name="ck_ledger_accounts_lot_2"),
        sa.CheckConstraint("lot_3 >= 0", name="ck_ledger_accounts_lot_3"),
        sa.CheckConstraint("lot_4 >= 0", name="ck_ledger_accounts_lot_4"),
        sa.CheckConstraint("lot_5 >= 0", name="ck_ledger_accounts_lot_5"),
        sa.CheckConstraint("lot_6 >= 0", name="ck_ledger_accounts_lot_6"),
        sa.CheckConstraint("lot_7 >= 0", name="ck_ledger_accounts_lot_7"),
        sa.CheckConstraint(
            "posted * (kind = 1)::int - held * (kind = 1)::int"
            " = lot_0 + lot_1 + lot_2 + lot_3 + lot_4 + lot_5 + lot_6 + lot_7",
            name="ck_ledger_accounts_lots_add_up",
        ),
        sa.CheckConstraint("posted - held >= floor", name="ck_ledger_accounts_floor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "uq_ledger_accounts_kind_unit_owner",
        "ledger_accounts",
        ["kind", "unit", "owner"],
        unique=True,
        postgresql_where="kind <> 1",
    )
    op.create_table(
        "ledger_hold_lots",
        sa.Column("hold_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quarter", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("released_quarter", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_ledger_hold_lots_amount"),
        sa.PrimaryKeyConstraint("hold_id", "quarter", name=op.f("pk_ledger_hold_lots")),
    )
    op.create_table(
        "ledger_holds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wallet_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 1) = (resolved_at IS NULL)", name="ck_ledger_holds_resolved_at"),
        sa.CheckConstraint("amount > 0", name="ck_ledger_holds_amount"),
        sa.CheckConstraint("state IN (1, 2, 3)", name="ck_ledger_holds_state"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_holds")),
    )
    op.create_index(
        "ix_ledger_holds_wallet_open", "ledger_holds", ["wallet_id"], unique=False, postgresql_where="state = 1"
    )
    op.create_table(
        "ledger_reversals",
        sa.Column("original_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("original_id", name=op.f("pk_ledger_reversals")),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("reversal_of", sa.BigInteger(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("xid", app.core.columns.Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("refold", sa.Integer(), nullable=True),
        sa.Column("quarter", sa.SmallInteger(), nullable=True),
        sa.Column("unit", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_ledger_transfers_amount"),
        sa.CheckConstraint("debit <> credit", name="ck_ledger_transfers_two_accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfers")),
    )
    op.create_index("ix_ledger_transfers_credit", "ledger_transfers", ["credit", "id"], unique=False)
    op.create_index(
        "ix_ledger_transfers_debit", "ledger_transfers", ["debit", "id"], unique=False, postgresql_where="kind <> 1"
    )
    op.create_table(
        "not_enrolled_counts",
        sa.Column("source_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "counted_on", name=op.f("pk_not_enrolled_counts")),
    )
    op.create_table(
        "oauth_clients",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("event_types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_oauth_clients_client_id")),
    )
    op.create_table(
        "officers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("email", name=op.f("uq_officers_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_officers_public_id")),
    )
    op.create_table(
        "partner_staff",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_staff")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_staff_public_id")),
    )
    op.create_index(op.f("ix_partner_staff_partner_id"), "partner_staff", ["partner_id"], unique=False)
    op.create_table(
        "partners",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partners_public_id")),
    )
    op.create_table(
        "redemptions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("reward_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("cost_pence", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'redeemed') = (redeemed_at IS NOT NULL)", name="ck_redemptions_redeemed_at"),
        sa.CheckConstraint(
            "status IN ('confirming', 'issued', 'redeemed', 'cancelled', 'expired')", name="ck_redemptions_status"
        ),
        sa.CheckConstraint("points > 0", name="ck_redemptions_points"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_redemptions_code_hash")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_redemptions_hold_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_redemptions_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_redemptions_token_hash")),
    )
    op.create_index(
        "ix_redemptions_due", "redemptions", ["expires_at"], unique=False, postgresql_where="status = 'issued'"
    )
    op.create_index("ix_redemptions_partner", "redemptions", ["partner_id", "id"], unique=False)
    op.create_index("ix_redemptions_resident", "redemptions", ["resident_id", "id"], unique=False)
    op.create_table(
        "resident_states",
        sa.Column("resident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("refolds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_resident_states")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "residents",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False),
        sa.Column("ward", sa.Text(), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_residents_public_id")),
    )
    op.create_table(
        "rewards",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("adapter", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("cost_pence", sa.BigInteger(), nullable=False),
        sa.Column("stock_seeded", sa.Integer(), nullable=True),
        sa.Column("stock_left", sa.Integer(), nullable=True),
        sa.Column("voucher_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("paused", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(stock_left IS NULL) = (stock_seeded IS NULL)", name="ck_rewards_stock_both"),
        sa.CheckConstraint("cost_pence >= 0", name="ck_rewards_cost_pence"),
        sa.CheckConstraint("points > 0", name="ck_rewards_points"),
        sa.CheckConstraint("stock_left >= 0", name="ck_rewards_stock_left"),
        sa.CheckConstraint("voucher_days BETWEEN 1 AND 366", name="ck_rewards_voucher_days"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rewards_public_id")),
    )
    op.create_index(op.f("ix_rewards_partner_id"), "rewards", ["partner_id"], unique=False)
    op.create_table(
        "rule_artefacts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_artefacts")),
        sa.UniqueConstraint("in_force_from", name=op.f("uq_rule_artefacts_in_force_from")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("off_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("rule_key", "version", name="uq_rule_versions_rule_key_version"),
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    op.create_table(
        "scheme_facts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_scheme_facts")),
    )
    op.execute("CREATE SEQUENCE ids INCREMENT BY 1024")
    op.execute(APPEND_ONLY)
    for table in ("ledger_transfers", "ledger_reversals"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(APPLICATION_ROLE)


def downgrade() -> None:
    op.drop_table("scheme_facts")
    op.drop_table("sources")
    op.drop_table("rule_versions")
    op.drop_table("rule_artefacts")
    op.drop_index(op.f("ix_rewards_partner_id"), table_name="rewards")
    op.drop_table("rewards")
    op.drop_table("residents")
    op.drop_table("resident_states")
    op.drop_index("ix_redemptions_resident", table_name="redemptions")
    op.drop_index("ix_redemptions_partner", table_name="redemptions")
    op.drop_index("ix_redemptions_due", table_name="redemptions", postgresql_where="status = 'issued'")
    op.drop_table("redemptions")
    op.drop_table("partners")
    op.drop_index(op.f("ix_partner_staff_partner_id"), table_name="partner_staff")
    op.drop_table("partner_staff")
    op.drop_table("officers")
    op.drop_table("oauth_clients")
    op.drop_table("not_enrolled_counts")
    op.drop_index("ix_ledger_transfers_debit", table_name="ledger_transfers", postgresql_where="kind <> 1")
    op.drop_index("ix_ledger_transfers_credit", table_name="ledger_transfers")
    op.drop_table("ledger_transfers")
    op.drop_table("ledger_reversals")
    op.drop_index("ix_ledger_holds_wallet_open", table_name="ledger_holds", postgresql_where="state = 1")
    op.drop_table("ledger_holds")
    op.drop_table("ledger_hold_lots")
    op.drop_index("uq_ledger_accounts_kind_unit_owner", table_name="ledger_accounts", postgresql_where="kind <> 1")
    op.drop_table("ledger_accounts")
    op.drop_index("ix_events_resident", table_name="events")
    op.drop_table("events")
    op.drop_table("commands")
    op.drop_index("uq_cards_token_live", table_name="cards", postgresql_where="removed_at IS NULL")
    op.drop_index("ix_cards_resident", table_name="cards")
    op.drop_index("ix_cards_changed", table_name="cards")
    op.drop_table("cards")
    op.drop_table("campaigns")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP SEQUENCE ids")
