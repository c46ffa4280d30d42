"""Forgets what was kept only until its time: spent assertions, revoked tokens and pairing codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.core.database import Database

# A pairing stays a day longer, for whoever looks into what happened.
_FORGET = (
    text("DELETE FROM spent_assertions WHERE expires_at < :now"),
    text("DELETE FROM revoked_tokens WHERE expires_at < :now"),
    text("DELETE FROM till_pairings WHERE expires_at < :now - interval '1 day'"),
)


def sweep_sign_in(database: Database, *, now: datetime) -> int:
    """Remove what can no longer be used, in one transaction each; how many rows that was."""
    removed = 0
    for statement in _FORGET:
        removed += database.in_transaction(
            lambda session, statement=statement: session.execute(statement, {"now": now}).rowcount  # type: ignore[misc]
        )
    return removed
