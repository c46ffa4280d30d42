"""A host opens a session."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.ids import take_id, uuid7
from app.hosting.errors import SessionUnfit
from app.hosting.hosted_source import find_hosted_source
from app.hosting.kinds import SCANNED
from app.hosting.organisation_errors import HostingNotReady
from app.hosting.queries import HostRead
from app.hosting.session_queries import SessionRead, get_session_of
from app.hosting.tables import HostOrganisation, HostSession
from app.residents.cards import refuse_bank_card_number
from rules.catalogue import NAME_PATTERN

LONGEST_TITLE = 80
LONGEST_SESSION = timedelta(hours=24)


AHEAD = timedelta(days=366)


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
