"""Organisations, hosts, sessions and attendance, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import Actor
from app.core.ids import parse_public_id, public_id
from app.hosting.organisation_errors import OrganisationUnknown
from app.hosting.tables import HostMember, HostOrganisation


@dataclass(frozen=True)
class HostRead:
    """A person who hosts, and for whom."""

    id: int
    uuid: UUID
    name: str
    organisation_id: int
    organisation: str

    @property
    def public_id(self) -> str:
        return public_id("hst", self.uuid)

    @property
    def actor(self) -> Actor:
        """As the audit trail names them."""
        return Actor("host", self.id, self.uuid)


@dataclass(frozen=True)
class OrganisationRead:
    """`hosts` are those who may host for it now."""

    id: int
    uuid: UUID
    name: str
    event_types: tuple[str, ...]
    registered_at: datetime
    hosts: tuple[HostRead, ...]


def find_host(session: Session, *, written: str) -> HostRead | None:
    """The active host with this public id (`hst_...`), of an active organisation."""
    uuid = parse_public_id("hst", written)
    if uuid is None:
        return None
    found = session.exec(
        select(HostMember, HostOrganisation)
        .join(HostOrganisation, col(HostOrganisation.id) == col(HostMember.organisation_id))
        .where(HostMember.public_id == uuid, col(HostMember.active), col(HostOrganisation.active))
    ).first()
    return read_host(*found) if found else None


def read_host(host: HostMember, organisation: HostOrganisation) -> HostRead:
    return HostRead(host.id, host.public_id, host.name, organisation.id, organisation.name)


def get_organisation(session: Session, *, organisation: UUID) -> OrganisationRead:
    """Raises OrganisationUnknown."""
    for found in list_organisations(session):
        if found.uuid == organisation:
            return found
    raise OrganisationUnknown


def list_event_types(session: Session, *, organisation_id: int) -> tuple[str, ...]:
    """What the organisation may attest."""
    return tuple(session.get_one(HostOrganisation, organisation_id).event_types)


def list_organisations(session: Session) -> tuple[OrganisationRead, ...]:
    """Those that are active, by name; a city has tens, so there are no pages."""
    rows = session.exec(
        select(HostOrganisation).where(col(HostOrganisation.active)).order_by(col(HostOrganisation.name))
    ).all()
    members = session.exec(select(HostMember).where(col(HostMember.active)).order_by(col(HostMember.id))).all()
    return tuple(
        OrganisationRead(
            id=row.id,
            uuid=row.public_id,
            name=row.name,
            event_types=tuple(row.event_types),
            registered_at=row.registered_at,
            hosts=tuple(read_host(one, row) for one in members if one.organisation_id == row.id),
        )
        for row in rows
    )
