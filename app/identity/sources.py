"""Where events come from, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlmodel import Session, select

from app.identity.tables import Source
from rules.event import Evidence


@dataclass(frozen=True)
class SourceRead:
    """A source; `evidence` is what its word is worth."""

    id: int
    name: str
    title: str
    evidence: Evidence


def list_sources(session: Session) -> dict[str, SourceRead]:
    """All of them, by name; a scheme has tens, so there are no pages."""
    rows = session.exec(select(Source).order_by(Source.name)).all()
    return {row.name: SourceRead(row.id, row.name, row.title, cast(Evidence, row.evidence)) for row in rows}
