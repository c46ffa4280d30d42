"""Where events come from, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlalchemy import text
from sqlmodel import Session

from rules.event import Evidence


@dataclass(frozen=True)
class SourceRead:
    """A source; `evidence` is what its word is worth."""

    id: int
    name: str
    title: str
    evidence: Evidence


def list_sources(session: Session) -> dict[str, SourceRead]:
    """All of them, by name; a scheme has tens, so there are no pages. Asked for by every batch: without the ORM."""
    rows = session.execute(text("SELECT id, name, title, evidence FROM sources ORDER BY name"))
    return {row.name: SourceRead(row.id, row.name, row.title, cast(Evidence, row.evidence)) for row in rows}
