"""The link in each message that stops the next ones, without signing in."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, select

from app.audit import record_act
from app.core.ids import public_id
from app.core.secret_store import Secrets
from app.residents.errors import ResidentUnknown
from app.residents.queries import get_resident
from app.rulebook.messages.choices import ChoiceRead, say_choice
from app.rulebook.messages.errors import WayOutUnknown
from app.rulebook.tables import Campaign

PATH: Final = "/stop-messages"
LONGEST_CODE: Final = 300


class WayOutKeys:
    """Seals whose messages of which campaign a link stops, so that the link itself names nobody."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("way out of messages")))

    def seal(self, campaign_id: int, resident_id: int) -> str:
        return self._cipher.encrypt(f"{campaign_id} {resident_id}".encode()).decode().rstrip("=")

    def open(self, code: str) -> tuple[int, int]:
        """The campaign and the resident. Raises WayOutUnknown."""
        try:
            # What fills the last group of four says nothing, and mail programs like to lose it.
            opened = self._cipher.decrypt(code.strip() + "=" * (-len(code.strip()) % 4))
        except (InvalidToken, ValueError):
            raise WayOutUnknown from None
        campaign_id, resident_id = opened.split()
        return int(campaign_id), int(resident_id)


def stop_messages(session: Session, *, code: str, keys: WayOutKeys, now: datetime) -> ChoiceRead:
    """Take back what the resident had asked for; again changes nothing. Raises WayOutUnknown."""
    campaign_id, resident_id = keys.open(code)
    key = session.exec(select(Campaign.key).where(Campaign.id == campaign_id)).first()
    try:
        resident = get_resident(session, resident_id=resident_id)
    except ResidentUnknown:
        raise WayOutUnknown from None
    if key is None:
        raise WayOutUnknown
    choice = say_choice(session, resident_id=resident.id, key=key, given=False, now=now)
    subject = f"resident:{public_id('res', resident.public_id)}"
    record_act(session, actor=resident.actor, act="person.consent_changed", subject=subject, now=now)
    return choice
