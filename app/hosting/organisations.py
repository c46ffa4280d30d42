"""Officers register the organisations whose word counts, and the people who give it; hosts open sessions."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.ids import take_id, uuid7
from app.hosting.errors import (
    HostingNotReady,
    HostUnknown,
    OrganisationNameTaken,
    OrganisationUnfit,
    SessionUnfit,
)
from app.hosting.queries import (
    HostRead,
    OrganisationRead,
    SessionRead,
    find_hosted_source,
    get_organisation,
    get_session_of,
    read_host,
)
from app.hosting.tables import HostMember, HostOrganisation, HostSession
from app.residents.cards import refuse_bank_card_number
from rules.catalogue import NAME_PATTERN, TEXT_PATTERN

ATTESTED = frozenset({"volunteer.session", "litter.pick", "health.session"})
"""Being there counts once a host has said so."""
SCANNED = frozenset({"checkin.scan", "recycle.drop"})
"""Scanning the code at the place is enough."""
HOSTED = ATTESTED | SCANNED

LONGEST_TITLE = 80
LONGEST_SESSION = timedelta(hours=24)
AHEAD = timedelta(days=366)


def register_organisation(
    session: Session, *, name: str, event_types: Collection[str], officer_id: int, now: datetime
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
        registered_by=officer_id,
        registered_at=now,
    )
    session.add(row)
    session.flush()
    return get_organisation(session, organisation=row.public_id)


def add_host(session: Session, *, organisation: UUID, name: str, now: datetime) -> HostRead:
    """A person who may host from now on. Raises OrganisationUnknown or OrganisationUnfit."""
    found = get_organisation(session, organisation=organisation)
    if not name.strip() or not name.isprintable():
        raise OrganisationUnfit("name", "Enter a name.")
    refuse_bank_card_number(name)
    row = HostMember(id=take_id(session), public_id=uuid7(now), organisation_id=found.id, name=name.strip())
    session.add(row)
    session.flush()
    return read_host(row, session.get_one(HostOrganisation, found.id))


def end_host(session: Session, *, organisation: UUID, host: UUID) -> None:
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


def open_session(
    session: Session,
    *,
    host: HostRead,
    event_type: str,
    title: str,
    place: str | None,
    starts_at: datetime,
    ends_at: datetime,
    late_window: timedelta,
    now: datetime,
) -> SessionRead:
    """One of the host's organisation. It may lie in the future, and be attested when it is over.

    Raises SessionUnfit, BankCardNumber or HostingNotReady.
    """
    organisation = session.get_one(HostOrganisation, host.organisation_id)
    if event_type not in organisation.event_types:
        raise SessionUnfit("event_type", f"Choose from {', '.join(organisation.event_types)}.")
    if event_type in SCANNED and place is None:
        raise SessionUnfit("place", "Say at which place people check in.")
    if place is not None and not re.fullmatch(NAME_PATTERN, place):
        raise SessionUnfit("place", "Write the place as 1 to 40 letters, digits, hyphens, dots and colons.")
    if not title.strip() or not title.isprintable() or len(title) > LONGEST_TITLE:
        raise SessionUnfit("title", f"Enter a title of 1 to {LONGEST_TITLE} characters.")
    refuse_bank_card_number(title)
    if not starts_at < ends_at <= starts_at + LONGEST_SESSION:
        raise SessionUnfit("ends_at", "A session ends after it starts, within 24 hours.")
    if not now - late_window <= starts_at <= now + AHEAD:
        raise SessionUnfit("starts_at", f"Choose a time from {late_window.days} days ago to a year ahead.")
    if find_hosted_source(session, event_type=event_type) is None:
        raise HostingNotReady
    row = HostSession(
        id=take_id(session),
        public_id=uuid7(now),
        organisation_id=organisation.id,
        event_type=event_type,
        title=title.strip(),
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        opened_by=host.id,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    return get_session_of(session, organisation_id=organisation.id, wanted=row.public_id)
