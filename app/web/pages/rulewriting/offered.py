"""What a rule's forms offer that stands elsewhere: campaigns and sources, each with its title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.earning.freshness import list_freshness
from app.rulebook.campaigns import list_campaigns


@dataclass(frozen=True)
class Offered:
    """Pairs of what the document has and what people read."""

    campaigns: list[tuple[str, str]]
    sources: list[tuple[str, str]]


def list_offered(session: Session, *, now: datetime) -> Offered:
    """All that there are."""
    return Offered(
        [(one.key, one.title) for one in list_campaigns(session, now=now)],
        [(one.source, one.title) for one in list_freshness(session, now=now, feeding_only=False)],
    )
