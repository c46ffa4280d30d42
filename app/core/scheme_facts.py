"""Facts about a whole scheme that commands must agree on, such as whether it is a demonstration."""

from __future__ import annotations

from sqlalchemy import Column, Text, text
from sqlmodel import Field, Session

from app.core.columns import Row


class SchemeFact(Row, table=True):
    """One named fact, as text."""

    __tablename__ = "scheme_facts"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))


def find_fact(session: Session, key: str) -> str | None:
    """The fact's value, or None where nobody has stated it."""
    row = session.get(SchemeFact, key)
    return row.value if row else None


def state_fact(session: Session, *, key: str, value: str) -> None:
    """Set or replace the fact."""
    session.execute(
        text("INSERT INTO scheme_facts VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
        {"key": key, "value": value},
    )
