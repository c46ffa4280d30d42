"""Sessions and attendance, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.paging import Page, clamp_limit, parse_cursor
from app.hosting.errors import SessionUnknown
from app.hosting.tables import HostOrganisation, HostSession


@dataclass(frozen=True)
class SessionRead:
    """`id` is internal."""

    id: int
    uuid: UUID
    organisation_id: int
    organisation: str
    event_type: str
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime

    @property
    def length_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class AttendanceRead:
    """One person at one session."""

    uuid: UUID
    resident_id: int
    state: str
    minutes: int | None
    bags: int | None
    scanned_at: datetime | None
    attested_by: int | None


def get_session_of(session: Session, *, organisation_id: int, wanted: UUID) -> SessionRead:
    """Raises SessionUnknown, also for another organisation's."""
    found = find_session(session, wanted=wanted)
    if found is None or found.organisation_id != organisation_id:
        raise SessionUnknown
    return found


def find_session(session: Session, *, wanted: UUID) -> SessionRead | None:
    """Whichever organisation's it is; None when it has been struck off."""
    found = session.exec(
        select(HostSession, HostOrganisation)
        .join(HostOrganisation, col(HostOrganisation.id) == col(HostSession.organisation_id))
        .where(HostSession.public_id == wanted, col(HostOrganisation.active))
    ).first()
    return _read_session(*found) if found else None


def list_open(session: Session, *, now: datetime, around: timedelta) -> tuple[UUID, ...]:
    """Sessions of every organisation that are on, or within `around` of it."""
    rows = session.exec(
        select(HostSession.public_id)
        .join(HostOrganisation, col(HostOrganisation.id) == col(HostSession.organisation_id))
        .where(
            col(HostSession.starts_at) <= now + around,
            col(HostSession.ends_at) >= now - around,
            HostOrganisation.active,
        )
    )
    return tuple(rows)


def list_sessions(
    session: Session, *, organisation_id: int, after: str | None = None, limit: int = 50
) -> Page[SessionRead]:
    """The organisation's sessions, those that were opened last first. Raises CursorUnknown."""
    cursor, limit = parse_cursor(after), clamp_limit(limit)
    wanted = (
        select(HostSession, HostOrganisation)
        .join(HostOrganisation, col(HostOrganisation.id) == col(HostSession.organisation_id))
        .where(HostSession.organisation_id == organisation_id)
    )
    if cursor is not None:
        wanted = wanted.where(col(HostSession.public_id) < cursor)
    rows = session.exec(wanted.order_by(col(HostSession.public_id).desc()).limit(limit + 1)).all()
    items = tuple(_read_session(*row) for row in rows[:limit])
    return Page(items, items[-1].uuid.hex if len(rows) > limit else None)


def list_attendance(session: Session, *, session_id: int) -> tuple[AttendanceRead, ...]:
    """Who was there, in the order in which they were told of; a session has as many as fit into a room."""
    rows = session.execute(
        text(
            "SELECT public_id, resident_id, state, minutes, bags, scanned_at, attested_by FROM attendances"
            " WHERE session_id = :session ORDER BY id"
        ),
        {"session": session_id},
    )
    return tuple(
        AttendanceRead(
            row.public_id, row.resident_id, row.state, row.minutes, row.bags, row.scanned_at, row.attested_by
        )
        for row in rows
    )


def _read_session(row: HostSession, organisation: HostOrganisation) -> SessionRead:
    return SessionRead(
        id=row.id,
        uuid=row.public_id,
        organisation_id=organisation.id,
        organisation=organisation.name,
        event_type=row.event_type,
        title=row.title,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
