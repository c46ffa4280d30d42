"""By which provider somebody came, so that they can sign out there, too.

Revision: 0039, after 0038.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_sessions", sa.Column("provider", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in_sessions", "provider")
