"""Whose money stood behind the points of each captured hold, so that breakage goes back to who still has some there.

What was captured before is noted in proportion to what each funder has put behind points, the rule until now.

Revision: 0049, after 0048.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# Kinds: accounts 8 pot; transfers 8 back, 11 return, 14 refund; a hold of state 2 is captured.
CAPTURED_BEFORE = """
    INSERT INTO ledger_drawdowns (funder_id, place, hold_id, pence, drawn_pence, drawn_at)
    WITH put AS (
        SELECT p.owner AS funder_id,
               coalesce(sum(t.amount) FILTER (WHERE t.debit = p.id AND t.kind = 8), 0)
             - coalesce(sum(t.amount) FILTER (WHERE t.credit = p.id AND t.kind = 11), 0) AS pence
        FROM ledger_accounts p JOIN ledger_transfers t ON p.id IN (t.debit, t.credit)
        WHERE p.kind = 8 GROUP BY p.owner
    ), used AS (
        SELECT h.id, h.resolved_at, (h.amount - coalesce((
            SELECT sum(r.amount) FROM ledger_transfers r WHERE r.hold_id = h.id AND r.kind = 14 AND r.unit = 1), 0))
            * coalesce((SELECT value::int FROM scheme_facts WHERE key = 'ledger_backing_pence_per_100_points'), 100)
            / 100 AS pence
        FROM ledger_holds h WHERE h.state = 2
    ), whole AS (
        SELECT sum(pence) AS pence FROM put
    ), upto AS (
        SELECT u.id, u.resolved_at, least(sum(floor(u.pence)) OVER (ORDER BY u.id), whole.pence) AS pence
        FROM used u CROSS JOIN whole
    ), shares AS (
        SELECT put.funder_id, u.id, u.resolved_at, floor(u.pence * put.pence / whole.pence)
               - lag(floor(u.pence * put.pence / whole.pence), 1, 0::numeric)
                     OVER (PARTITION BY put.funder_id ORDER BY u.id) AS pence
        FROM upto u CROSS JOIN put CROSS JOIN whole WHERE put.pence > 0
    )
    SELECT funder_id, row_number() OVER (PARTITION BY funder_id ORDER BY id), id, pence,
           sum(pence) OVER (PARTITION BY funder_id ORDER BY id), resolved_at
    FROM shares WHERE pence > 0
"""


def upgrade() -> None:
    op.create_table(
        "ledger_drawdowns",
        sa.Column("funder_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("drawn_pence", sa.BigInteger(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pence <> 0", name="ck_ledger_drawdowns_pence"),
        sa.CheckConstraint("drawn_pence >= 0", name="ck_ledger_drawdowns_drawn"),
        sa.PrimaryKeyConstraint("funder_id", "place", name=op.f("pk_ledger_drawdowns")),
    )
    op.create_index("ix_ledger_drawdowns_hold", "ledger_drawdowns", ["hold_id"])
    op.execute(CAPTURED_BEFORE)
    op.execute(
        "CREATE TRIGGER ledger_drawdowns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_drawdowns "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("GRANT SELECT, INSERT ON ledger_drawdowns TO rewards_app")


def downgrade() -> None:
    op.drop_table("ledger_drawdowns")
