"""Which redemptions a resident is asked about: a sample that the secret decides, so that no partner can foresee it.

The same redemption is chosen or left out however often it is looked at. Of partners about whom there is a doubt many
more are asked about.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.ids import take_ids, uuid7
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.earning.review.doubts import find_doubts

ASKED_AFTER: Final = timedelta(days=1)
ASKED_UNTIL: Final = timedelta(days=3)
"""How long ago the voucher was used: while somebody still knows, and a missed night does no harm."""

TIMES_FOR_DOUBT: Final = 10
"""How many times as many are asked about a partner while a person has a doubt about it."""

_USED = text("""
    SELECT r.id, r.public_id, r.partner_id FROM redemptions r JOIN residents p ON p.id = r.resident_id AND p.active
    WHERE r.status = 'redeemed' AND r.code_hash IS NOT NULL AND r.redeemed_at > :since AND r.redeemed_at <= :until
        AND NOT EXISTS (SELECT FROM callbacks c WHERE c.redemption_id = r.id)
    ORDER BY r.id
""")
_ASK = text("""
    INSERT INTO callbacks (id, public_id, redemption_id, partner_id, asked_at)
    VALUES (:id, :public_id, :redemption, :partner, :now) ON CONFLICT (redemption_id) DO NOTHING
""")


class CallbackKeys:
    """Decides who is asked."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key_for("callbacks")

    def chooses(self, redemption: UUID, *, percent: int) -> bool:
        """So many of a hundred redemptions, over many of them."""
        drawn = hmac.digest(self._key, redemption.bytes, hashlib.sha256)[:8]
        return int.from_bytes(drawn, "big") * 100 < percent << 64


def ask_lately(database: Database, secrets: Secrets, settings: Settings, *, now: datetime) -> int:
    """What the clock asks for each morning; how many questions are new."""
    keys, percent = CallbackKeys(secrets), settings.callback_percent
    return database.in_transaction(lambda session: ask_residents(session, keys=keys, percent=percent, now=now))


def ask_residents(session: Session, *, keys: CallbackKeys, percent: int, now: datetime) -> int:
    """Ask about a sample of what was redeemed lately; how many questions are new."""
    used = session.execute(_USED, {"since": now - ASKED_UNTIL, "until": now - ASKED_AFTER}).all()
    doubts = find_doubts(session, partner_ids={row.partner_id for row in used})
    chosen = [
        row
        for row in used
        if keys.chooses(row.public_id, percent=percent * (TIMES_FOR_DOUBT if row.partner_id in doubts else 1))
    ]
    for row, number in zip(chosen, take_ids(session, len(chosen)), strict=True):
        facts = {"id": number, "public_id": uuid7(now), "redemption": row.id, "partner": row.partner_id, "now": now}
        session.execute(_ASK, facts)
    return len(chosen)
