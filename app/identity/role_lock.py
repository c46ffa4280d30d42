"""One change of roles at a time: two administrators who end each other at once would leave none."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('roles/' || current_schema(), 0))")


def lock_roles(session: Session) -> None:
    """Until the end of the transaction."""
    session.execute(_LOCK)
