"""Forgets what was kept only until its time: of machines' sign-ins and of people's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.core.database import Database

# A pairing stays a day longer, for whoever looks into what happened.
_FORGET = (
    text("DELETE FROM spent_assertions WHERE expires_at < :now"),
    text("DELETE FROM revoked_tokens WHERE expires_at < :now"),
    text("DELETE FROM till_pairings WHERE expires_at < :now - interval '1 day'"),
    text("DELETE FROM sign_in_tries WHERE expires_at < :now"),
    text("DELETE FROM sign_in_codes WHERE expires_at < :now"),
    text("DELETE FROM staff_invitations WHERE expires_at < :now"),
    text("DELETE FROM known_devices WHERE seen_at < :now - interval '400 days'"),
    text("DELETE FROM sign_in_sessions WHERE ends_at < :now OR seen_at + idle_seconds * interval '1 second' < :now"),
)


def sweep_sign_in(database: Database, *, now: datetime) -> int:
    """Remove what can no longer be used, in one transaction each; how many rows that was."""
    removed = 0
    for statement in _FORGET:
        removed += database.in_transaction(
            lambda session, statement=statement: session.execute(statement, {"now": now}).rowcount  # type: ignore[misc]
        )
    return removed
