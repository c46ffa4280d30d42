"""A voucher that has ended can still have a question open: its partner promised it too late.

Revision: 0047, after 0046.
"""

from __future__ import annotations

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

OPEN = "(ask_at IS NOT NULL) = (status IN ('confirming', 'cancelling'))"


def upgrade() -> None:
    _check(f"{OPEN} OR status IN ('cancelled', 'expired', 'declined')")


def downgrade() -> None:
    op.execute("UPDATE redemptions SET ask_at = NULL WHERE status IN ('cancelled', 'expired', 'declined')")
    _check(OPEN)


def _check(held: str) -> None:
    op.drop_constraint("ck_redemptions_ask_at", "redemptions")
    op.create_check_constraint("ck_redemptions_ask_at", "redemptions", held)
