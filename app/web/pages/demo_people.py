"""Whom the demonstration's provider knows: the invented people that it lists as its own, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from fastapi import Request
from sqlmodel import Session

from app.core.ids import parse_public_id
from app.core.scheme_facts import find_fact
from app.hosting.queries import find_host
from app.identity.queries import find_officer, find_staff
from app.ledger.queries import get_balance
from app.offers.queries import get_partner
from app.residents.queries import find_resident_by_public_id
from app.web.callers import get_runtime
from app.web.pages.visits import Role

LOOKED_AT = 12
"""Residents whose points are looked at, to show those with most and the one with fewest."""

MOST_POINTS = 3


class Cast(msgspec.Struct, frozen=True):
    """The part of the scheme's fact `demo` that pages need: public ids."""

    residents: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def role_of(self, person: str) -> Role | None:
        """Whose side this person is on; None for anybody who is not one of the invented people."""
        sides = {
            Role.RESIDENT: self.residents,
            Role.PARTNER: self.staff,
            Role.OFFICER: self.officers,
            Role.HOST: self.hosts,
        }
        return next((role for role, people in sides.items() if person in people), None)


@dataclass(frozen=True)
class Person:
    """`points` is of residents, `works_at` of partners' staff and hosts, `roles` of officers."""

    id: str
    role: Role
    name: str
    points: int = 0
    works_at: str = ""
    roles: tuple[str, ...] = ()


def load_cast(session: Session) -> Cast:
    """Empty before the demonstration has been seeded."""
    written = find_fact(session, "demo")
    return msgspec.json.decode(written, type=Cast) if written else Cast()


def list_people(request: Request) -> tuple[Person, ...]:
    """Residents, then partners' staff, officers and hosts; nobody outside demo mode."""
    runtime = get_runtime(request)
    if not runtime.demo:
        return ()
    now = runtime.clock.now()
    return runtime.database.in_transaction(lambda session: _list_people(session, now))


def one_of_each(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """The first person of each role."""
    firsts = {person.role: person for person in reversed(people)}
    return tuple(firsts[role] for role in Role if role in firsts)


def _list_people(session: Session, now: datetime) -> tuple[Person, ...]:
    cast = load_cast(session)
    found = (_find_resident(session, written, now) for written in cast.residents[:LOOKED_AT])
    residents = sorted((person for person in found if person), key=lambda person: -person.points)
    staff = (_find_staff(session, written) for written in cast.staff)
    officers = (_find_officer(session, written) for written in cast.officers)
    hosts = (_find_host(session, written) for written in cast.hosts)
    shown = (*residents[:MOST_POINTS], *residents[MOST_POINTS:][-1:], *staff, *officers, *hosts)
    return tuple(person for person in shown if person)


def _find_resident(session: Session, written: str, now: datetime) -> Person | None:
    uuid = parse_public_id("res", written)
    resident = find_resident_by_public_id(session, public_id=uuid) if uuid else None
    if resident is None:
        return None
    balance = get_balance(session, wallet_id=resident.id, now=now)
    return Person(written, Role.RESIDENT, resident.name, points=balance.available)


def _find_staff(session: Session, written: str) -> Person | None:
    staff = find_staff(session, written=written)
    if staff is None:
        return None
    partner = get_partner(session, partner_id=staff.partner_id)
    return Person(written, Role.PARTNER, staff.name, works_at=partner.name)


def _find_officer(session: Session, written: str) -> Person | None:
    officer = find_officer(session, written=written)
    return Person(written, Role.OFFICER, officer.name, roles=tuple(sorted(officer.roles))) if officer else None


def _find_host(session: Session, written: str) -> Person | None:
    host = find_host(session, written=written)
    return Person(written, Role.HOST, host.name, works_at=host.organisation) if host else None
