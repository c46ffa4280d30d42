"""Did you get it? What residents are asked, and what becomes of their answer: a "no" opens a case for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from app.earning.review.cases import open_partner_case
from app.redemption.callback_errors import CallbackAnswered, CallbackUnknown

FLAG: Final = "not_received"
NOT_GOT: Final = "not_got"

_READ = """
    SELECT c.public_id, r.public_id AS redemption, w.title, p.name AS partner, r.redeemed_at, c.asked_at, c.answer,
           c.answered_at
    FROM callbacks c JOIN redemptions r ON r.id = c.redemption_id JOIN rewards w ON w.id = r.reward_id
    JOIN partners p ON p.id = r.partner_id
    WHERE r.resident_id = :resident
"""
_LOCK = text("""
    SELECT c.id, c.partner_id, c.answer FROM callbacks c JOIN redemptions r ON r.id = c.redemption_id
    WHERE c.public_id = :callback AND r.resident_id = :resident FOR UPDATE OF c
""")
_FIGURES = text("""
    SELECT count(*) AS asked, count(answer) AS answered, count(*) FILTER (WHERE answer = 'not_got') AS not_received
    FROM callbacks WHERE partner_id = :partner
""")


@dataclass(frozen=True)
class CallbackRead:
    """A question to a resident about one of their vouchers; `redeemed_at` is None after an undo."""

    id: UUID
    redemption: UUID
    reward: str
    partner: str
    redeemed_at: datetime | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


def list_callbacks(session: Session, *, resident_id: int) -> tuple[CallbackRead, ...]:
    """All that the resident was asked, newest first; there are few."""
    rows = session.execute(text(f"{_READ} ORDER BY c.id DESC LIMIT 200"), {"resident": resident_id})
    return tuple(map(_read, rows))


def answer_callback(
    session: Session,
    *,
    resident_id: int,
    callback: UUID,
    got: bool,
    told: Literal["resident", "desk"],
    now: datetime,
) -> CallbackRead:
    """Keep the answer, once. Raises CallbackUnknown, also for another resident's, or CallbackAnswered."""
    facts: dict[str, object] = {"callback": callback, "resident": resident_id}
    row = session.execute(_LOCK, facts).one_or_none()
    if row is None:
        raise CallbackUnknown
    if row.answer is not None:
        raise CallbackAnswered
    session.execute(
        text("UPDATE callbacks SET answer = :answer, told = :told, answered_at = :now WHERE id = :id"),
        {"answer": "got" if got else NOT_GOT, "told": told, "now": now, "id": row.id},
    )
    if not got:
        figures = dict(session.execute(_FIGURES, {"partner": row.partner_id}).mappings().one())
        open_partner_case(session, partner_id=row.partner_id, flag=FLAG, evidence=figures, now=now)
    return _read(session.execute(text(f"{_READ} AND c.public_id = :callback"), facts).one())


def _read(row: Row[Any]) -> CallbackRead:
    return CallbackRead(
        id=row.public_id,
        redemption=row.redemption,
        reward=row.title,
        partner=row.partner,
        redeemed_at=row.redeemed_at,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
    )
