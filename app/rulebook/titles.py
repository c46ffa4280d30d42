"""What people call campaigns and sources, for sentences in which an id would tell them nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import text
from sqlmodel import Session

_TITLES = text("SELECT key AS name, title FROM campaigns UNION ALL SELECT name, title FROM sources")


def list_titles(session: Session) -> dict[str, str]:
    """Titles by a campaign's key or a source's name. Where several have one title, their ids stand behind it."""
    return tell_apart(list_plain_titles(session))


def list_plain_titles(session: Session) -> dict[str, str]:
    """The same as they were given, so that several may have one title."""
    return {row.name: row.title for row in session.execute(_TITLES)}


def tell_apart(found: Mapping[str, str]) -> dict[str, str]:
    """`list_titles` of what `list_plain_titles` gave."""
    times = Counter(found.values())
    return {name: title if times[title] == 1 else f"{title} ({name})" for name, title in found.items()}
