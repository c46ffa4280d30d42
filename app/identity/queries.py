"""Who a caller is, as read models; callers who were switched off are not found."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from app.core.ids import parse_public_id, public_id
from app.identity.tables import Officer, PartnerStaff


@dataclass(frozen=True)
class Client:
    """A machine, bound to its sources and event types, or to its partner."""

    id: int
    client_id: str
    title: str
    scopes: frozenset[str]
    sources: frozenset[str]
    event_types: frozenset[str]
    partner_id: int | None


@dataclass(frozen=True)
class OfficerRead:
    """A person of the council."""

    id: int
    uuid: UUID
    name: str
    roles: frozenset[str]

    @property
    def public_id(self) -> str:
        return public_id("off", self.uuid)


@dataclass(frozen=True)
class StaffRead:
    """A person at a partner's till."""

    id: int
    uuid: UUID
    name: str
    partner_id: int

    @property
    def public_id(self) -> str:
        return public_id("stf", self.uuid)


def hash_client_secret(secret: str) -> bytes:
    """SHA-256, which is enough for 256 random bits."""
    return sha256(secret.encode()).digest()


_CLIENT = text(
    "SELECT id, client_id, title, secret_hash, scopes, sources, event_types, partner_id FROM oauth_clients"
    " WHERE client_id = :client_id AND active"
)


def find_client(session: Session, *, client_id: str) -> Client | None:
    """The active machine with this id. Asked for by every batch of events, so without the ORM."""
    row = session.execute(_CLIENT, {"client_id": client_id}).one_or_none()
    return _client(row) if row else None


def find_client_by_secret(session: Session, *, client_id: str, secret: str) -> Client | None:
    """The active machine that proved itself with its secret; takes equally long for a wrong and a missing one."""
    row = session.execute(_CLIENT, {"client_id": client_id}).one_or_none()
    kept = row.secret_hash if row else bytes(32)
    matches = hmac.compare_digest(kept, hash_client_secret(secret))
    return _client(row) if row and matches else None


def find_officer(session: Session, *, written: str) -> OfficerRead | None:
    """The active officer with this public id (`off_...`)."""
    uuid = parse_public_id("off", written)
    row = uuid and session.exec(select(Officer).where(Officer.public_id == uuid, col(Officer.active))).first()
    return OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles)) if row else None


def has_officer(session: Session) -> bool:
    """Whether the scheme has any officer, active or not."""
    return session.exec(select(Officer.id).limit(1)).first() is not None


def find_staff(session: Session, *, written: str) -> StaffRead | None:
    """The active member of a partner's staff with this public id (`stf_...`)."""
    uuid = parse_public_id("stf", written)
    row = (
        uuid
        and session.exec(select(PartnerStaff).where(PartnerStaff.public_id == uuid, col(PartnerStaff.active))).first()
    )
    return StaffRead(row.id, row.public_id, row.name, row.partner_id) if row else None


def _client(row: Row[Any]) -> Client:
    return Client(
        id=row.id,
        client_id=row.client_id,
        title=row.title,
        scopes=frozenset(row.scopes),
        sources=frozenset(row.sources),
        event_types=frozenset(row.event_types),
        partner_id=row.partner_id,
    )
