"""A resident's number with an organisation: the card of that source, for rewards that are put onto it."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from app.residents.cards import CardKeys

_LIVE = """
    FROM cards c JOIN sources s ON s.id = c.source_id
    WHERE c.resident_id = :resident AND s.name = :source AND c.removed_at IS NULL
"""


def has_card_of(session: Session, *, resident_id: int, source: str) -> bool:
    """Whether the resident has linked a card of that source."""
    found = session.execute(text(f"SELECT 1 {_LIVE} LIMIT 1"), {"resident": resident_id, "source": source})
    return found.first() is not None


def find_token(session: Session, *, resident_id: int, source: str, keys: CardKeys) -> str | None:
    """What stands after `card:` or `member:` on the card that was linked last."""
    found = session.execute(
        text(f"SELECT c.token_encrypted {_LIVE} ORDER BY c.enrolled_at DESC, c.id DESC LIMIT 1"),
        {"resident": resident_id, "source": source},
    ).scalar()
    return None if found is None else keys.decrypt_token(bytes(found)).partition(":")[2]
