"""Where partners across the network are asked. Secrets are encrypted with a key that is not in the database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.fernet import Fernet
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from app.core.secret_store import Secrets
from app.offers.queries import get_partner
from app.offers.tables import PartnerEndpoint


class EndpointKeys:
    """Seals and opens the secrets by which partners know us."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("partner endpoint")))

    def seal(self, secret: str) -> bytes:
        return self._cipher.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret as it was given."""
        return self._cipher.decrypt(sealed).decode()


@dataclass(frozen=True)
class EndpointRead:
    """An address, and the secret that goes with every call to it."""

    url: str
    secret: str = field(repr=False)


def connect_partner(
    session: Session, *, partner_id: int, adapter: str, url: str, secret: str, keys: EndpointKeys, now: datetime
) -> None:
    """From now on this partner's rewards of that adapter are asked for there. Raises PartnerUnknown."""
    partner = get_partner(session, partner_id=partner_id)
    values = {"url": url, "secret_sealed": keys.seal(secret), "connected_at": now}
    made = insert(PartnerEndpoint).values(partner_id=partner.id, adapter=adapter, **values)
    session.execute(made.on_conflict_do_update(index_elements=["partner_id", "adapter"], set_=values))


def find_endpoint(session: Session, *, partner_id: int, adapter: str, keys: EndpointKeys) -> EndpointRead | None:
    """None while nobody has said where the partner is."""
    row = session.get(PartnerEndpoint, (partner_id, adapter), populate_existing=True)
    return EndpointRead(row.url, keys.open(row.secret_sealed)) if row else None
