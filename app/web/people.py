"""Whoever has a public id, of whatever kind: residents, officers, hosts and partners' staff."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from app.audit import Actor
from app.core.ids import parse_public_id
from app.hosting.queries import find_host
from app.identity.queries import find_officer, find_staff
from app.residents.queries import find_resident_by_public_id


@dataclass(frozen=True)
class Somebody:
    """`id` is the public id, `actor` how the audit trail names them."""

    id: str
    name: str
    actor: Actor

    @property
    def subject(self) -> str:
        """How the audit trail names them when something is done to them."""
        return f"{self.actor.kind}:{self.id}"


def find_somebody(session: Session, *, person: str) -> Somebody | None:
    """None for anybody who has left or was switched off."""
    resident_id = parse_public_id("res", person)
    if resident_id is not None:
        resident = find_resident_by_public_id(session, public_id=resident_id)
        return Somebody(person, resident.name, Actor("resident", resident.id, resident_id)) if resident else None
    officer = find_officer(session, written=person)
    if officer is not None:
        return Somebody(person, officer.name, officer.actor)
    staff = find_staff(session, written=person)
    if staff is not None:
        return Somebody(person, staff.name, Actor("staff", staff.id, staff.uuid))
    host = find_host(session, written=person)
    return Somebody(person, host.name, Actor("host", host.id, host.uuid)) if host else None
