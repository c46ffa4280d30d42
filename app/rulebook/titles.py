"""What people call campaigns and sources, for sentences in which an id would tell them nothing."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text
from sqlmodel import Session

_TITLES = text("SELECT key AS name, title FROM campaigns UNION ALL SELECT name, title FROM sources")


def list_titles(session: Session) -> dict[str, str]:
    """Titles by a campaign's key or a source's name. Where several have one title, their ids stand behind it."""
    found = {row.name: row.title for row in session.execute(_TITLES)}
    times = Counter(found.values())
    return {name: title if times[title] == 1 else f"{title} ({name})" for name, title in found.items()}
