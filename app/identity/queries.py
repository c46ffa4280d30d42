"""Who a caller is, as read models; callers who were switched off are not found."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from app.audit import Actor
from app.core.ids import parse_public_id, public_id
from app.identity.permissions import VOUCHERS_REDEEM
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
    """A person of the council; one who was switched off stands on record and may do nothing."""

    id: int
    uuid: UUID
    name: str
    roles: frozenset[str]
    active: bool = True

    @property
    def public_id(self) -> str:
        return public_id("off", self.uuid)

    @property
    def actor(self) -> Actor:
        """As the audit trail names them."""
        return Actor("officer", self.id, self.uuid)


@dataclass(frozen=True)
class StaffRead:
    """A person at a partner's till; an `owner` speaks for the partner."""

    id: int
    uuid: UUID
    name: str
    partner_id: int
    owner: bool = False

    @property
    def public_id(self) -> str:
        return public_id("stf", self.uuid)

    @property
    def actor(self) -> Actor:
        """As the audit trail knows them."""
        return Actor("staff", self.id, self.uuid)


def hash_client_secret(secret: str) -> bytes:
    """SHA-256, which is enough for 256 random bits."""
    return sha256(secret.encode()).digest()


_CLIENT = text(
    "SELECT id, client_id, title, scopes, sources, event_types, partner_id,"
    " secret_hash, old_secret_hash, old_secret_ends_at FROM oauth_clients"
    " WHERE client_id = :client_id AND active"
    " AND NOT EXISTS (SELECT FROM revoked_tokens WHERE token_id = CAST(:token_id AS uuid))"
)
# A device at a till is a machine like any other, bound to its partner.
_TILL = text(
    "SELECT id, :client_id AS client_id, title, CAST(:scopes AS text[]) AS scopes, CAST('{}' AS text[]) AS sources,"
    " CAST('{}' AS text[]) AS event_types, partner_id,"
    " secret_hash, CAST(NULL AS bytea) AS old_secret_hash, CAST(NULL AS timestamptz) AS old_secret_ends_at"
    " FROM till_devices WHERE public_id = :public_id AND revoked_at IS NULL"
    " AND NOT EXISTS (SELECT FROM revoked_tokens WHERE token_id = CAST(:token_id AS uuid))"
)


def find_client(session: Session, *, client_id: str, token_id: str | None = None) -> Client | None:
    """The active machine, or till device, with this id; none for a token (its jti) that was revoked."""
    row = _find_machine(session, client_id, token_id)
    return _client(row) if row else None


def find_client_by_secret(session: Session, *, client_id: str, secret: str, now: datetime) -> Client | None:
    """The active machine that proved itself with its secret; takes equally long for a wrong and a missing one."""
    row = _find_machine(session, client_id, None)
    given, nothing = hash_client_secret(secret), bytes(32)
    old_is_good = row is not None and row.old_secret_ends_at is not None and now < row.old_secret_ends_at
    matches = hmac.compare_digest(given, row.secret_hash if row and row.secret_hash else nothing)
    matches |= hmac.compare_digest(given, row.old_secret_hash if row and old_is_good else nothing)
    return _client(row) if row and matches else None


def _find_machine(session: Session, client_id: str, token_id: str | None) -> Row[Any] | None:
    """Asked for by every batch of events, so without the ORM."""
    facts: dict[str, object] = {"client_id": client_id, "token_id": token_id}
    uuid = parse_public_id("til", client_id)
    if uuid is None:
        return session.execute(_CLIENT, facts).one_or_none()
    return session.execute(_TILL, facts | {"public_id": uuid, "scopes": [VOUCHERS_REDEEM]}).one_or_none()


def find_officer(session: Session, *, written: str) -> OfficerRead | None:
    """The active officer with this public id (`off_...`)."""
    uuid = parse_public_id("off", written)
    row = uuid and session.exec(select(Officer).where(Officer.public_id == uuid, col(Officer.active))).first()
    return OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles)) if row else None


def find_officers(session: Session, *, ids: Collection[int]) -> dict[int, OfficerRead]:
    """Officers by their internal ids, active or not."""
    if not ids:
        return {}
    rows = session.exec(select(Officer).where(col(Officer.id).in_(sorted(set(ids)))).order_by(col(Officer.id)))
    return {row.id: OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles), row.active) for row in rows}


def name_officers(session: Session, *, public_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names of officers, active or not; somebody else's id names nobody."""
    rows = session.exec(select(Officer).where(col(Officer.public_id).in_(sorted(set(public_ids))))).all()
    return {row.public_id: row.name for row in rows}


def count_admins(session: Session) -> int:
    """How many active officers may change others' roles."""
    return len(
        session.exec(select(Officer.id).where(col(Officer.active), col(Officer.roles).contains(["admin"]))).all()
    )


def find_staff(session: Session, *, written: str) -> StaffRead | None:
    """The active member of a partner's staff with this public id (`stf_...`)."""
    uuid = parse_public_id("stf", written)
    row = (
        uuid
        and session.exec(select(PartnerStaff).where(PartnerStaff.public_id == uuid, col(PartnerStaff.active))).first()
    )
    return StaffRead(row.id, row.public_id, row.name, row.partner_id, row.owner) if row else None


def list_officer_addresses(session: Session, *, role: str) -> tuple[str, ...]:
    """E-mail addresses of the active officers who have the role."""
    wanted = select(Officer.email).where(col(Officer.active), col(Officer.roles).contains([role]))
    return tuple(session.exec(wanted.order_by(col(Officer.id))))


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
