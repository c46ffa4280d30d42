"""What somebody does to stored rules who may do everything in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlmodel import Session


def change_rules(session: Session, change: str, **values: Any) -> None:  # noqa: ANN401 - parameters of a statement
    """One statement with the triggers asleep; then everything is as the application has it."""
    session.execute(text("SET LOCAL ROLE NONE"))
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text(change), values)
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.execute(text("SET LOCAL ROLE rewards_app"))
