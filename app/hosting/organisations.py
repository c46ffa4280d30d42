"""Officers register the organisations whose word counts, and the people who give it; hosts open sessions."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import public_id, take_id, uuid7
from app.hosting.kinds import HOSTED
from app.hosting.organisation_errors import HostUnknown, OrganisationNameTaken, OrganisationUnfit
from app.hosting.queries import HostRead, OrganisationRead, get_organisation, read_host
from app.hosting.tables import HostMember, HostOrganisation
from app.identity.queries import OfficerRead
from app.residents.cards import refuse_bank_card_number
from rules.catalogue import TEXT_PATTERN


def register_organisation(
    session: Session, *, name: str, event_types: Collection[str], officer: OfficerRead, now: datetime
) -> OrganisationRead:
    """`event_types` are those that it may attest. Raises OrganisationUnfit or OrganisationNameTaken."""
    if not re.fullmatch(TEXT_PATTERN, name):
        raise OrganisationUnfit("name", "Enter a name of 1 to 80 letters, digits and simple punctuation.")
    if not event_types or not HOSTED.issuperset(event_types):
        raise OrganisationUnfit("event_types", f"Choose from {', '.join(sorted(HOSTED))}.")
    if session.exec(select(HostOrganisation.id).where(HostOrganisation.name == name)).first() is not None:
        raise OrganisationNameTaken
    row = HostOrganisation(
        id=take_id(session),
        public_id=uuid7(now),
        name=name,
        event_types=sorted(set(event_types)),
        registered_by=officer.id,
        registered_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, officer, row.public_id, now)
    return get_organisation(session, organisation=row.public_id)


def add_host(session: Session, *, organisation: UUID, name: str, officer: OfficerRead, now: datetime) -> HostRead:
    """A person who may host from now on. Raises OrganisationUnknown or OrganisationUnfit."""
    found = get_organisation(session, organisation=organisation)
    if not name.strip() or not name.isprintable():
        raise OrganisationUnfit("name", "Enter a name.")
    refuse_bank_card_number(name)
    row = HostMember(id=take_id(session), public_id=uuid7(now), organisation_id=found.id, name=name.strip())
    session.add(row)
    session.flush()
    _note(session, officer, organisation, now, host=public_id("hst", row.public_id))
    return read_host(row, session.get_one(HostOrganisation, found.id))


def end_host(session: Session, *, organisation: UUID, host: UUID, officer: OfficerRead, now: datetime) -> None:
    """From now on the person may not host; what they attested stays. Raises OrganisationUnknown or HostUnknown."""
    found = get_organisation(session, organisation=organisation)
    row = session.exec(
        select(HostMember).where(
            HostMember.public_id == host, HostMember.organisation_id == found.id, col(HostMember.active)
        )
    ).first()
    if row is None:
        raise HostUnknown
    row.active = False
    session.flush()
    _note(session, officer, organisation, now, ended=public_id("hst", host))


def _note(session: Session, officer: OfficerRead, organisation: UUID, now: datetime, **facts: str) -> None:
    record_act(
        session,
        actor=officer.actor,
        act="organisation.registered",
        subject=f"organisation:{public_id('org', organisation)}",
        facts=facts,
        now=now,
    )
