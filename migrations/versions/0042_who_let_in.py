"""Who let in a partner's people, and who of them asked to be paid elsewhere: one officer does not do both ends.

Revision: 0042, after 0041.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# Who was invited before is found in the trail. It names people by the id outside: a prefix and 32 hex digits.
FILL = """
    UPDATE partner_staff s SET let_in_by = found.officers
    FROM (
        SELECT subject, array_agg(DISTINCT actor_id ORDER BY actor_id) AS officers FROM audit_acts
        WHERE act IN ('partner.invited', 'role.given') AND actor_kind = 'officer' AND subject LIKE 'staff:stf_%'
        GROUP BY subject
    ) found
    WHERE found.subject = 'staff:stf_' || replace(s.public_id::text, '-', '')
"""


def upgrade() -> None:
    op.add_column(
        "partner_staff",
        sa.Column("let_in_by", sa.ARRAY(sa.BigInteger()), nullable=False, server_default="{}"),
    )
    op.execute(FILL)
    op.add_column("payees", sa.Column("proposed_by", sa.BigInteger(), nullable=True))
    op.add_column("payees", sa.Column("stripe_chosen_by", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("payees", "stripe_chosen_by")
    op.drop_column("payees", "proposed_by")
    op.drop_column("partner_staff", "let_in_by")
