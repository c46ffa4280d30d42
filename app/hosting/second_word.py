"""What another host agrees to, and what is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.arrays import loop_over_arrays
from app.core.flag_bounds import FlagBounds
from app.core.ids import public_id
from app.earning.records import lock_states
from app.earning.void import void_event
from app.hosting.attendance_errors import AttendanceSettled, AttendanceUnknown, SecondPersonNeeded
from app.hosting.hosted_source import find_hosted_source
from app.hosting.organisation_errors import HostingNotReady
from app.hosting.queries import HostRead
from app.hosting.recording import Presence, event_id_of, record_presences
from app.hosting.results import LineResult, tell_result
from app.hosting.session_queries import SessionRead, get_session_of, list_attendance


def approve_attendance(
    session: Session, *, host: HostRead, wanted: UUID, attendance: UUID, bounds: FlagBounds, now: datetime
) -> LineResult:
    """The second host's word. Raises SessionUnknown, AttendanceUnknown, AttendanceSettled or SecondPersonNeeded."""
    hosted, row = _lock(session, host, wanted, attendance)
    if row.state != "waiting":
        raise AttendanceSettled(state=row.state)
    if row.attested_by == host.id:
        raise SecondPersonNeeded
    session.execute(
        text("UPDATE attendances SET state = 'counted', approved_by = :host, approved_at = :now WHERE id = :id"),
        {"host": host.id, "now": now, "id": row.id},
    )
    _note(session, host, hosted, "agreed", attendance, now)
    presence = Presence(row.resident_id, hosted.starts_at, row.minutes, row.bags)
    recorded = record_presences(session, hosted=hosted, presences=[presence], bounds=bounds, now=now)
    return tell_result(recorded[row.resident_id])


def withdraw_attendance(
    session: Session, *, host: HostRead, wanted: UUID, attendance: UUID, reason: str, now: datetime
) -> LineResult:
    """It was attested by mistake: afterwards all is as if it had never counted.

    Raises SessionUnknown, AttendanceUnknown, AttendanceSettled, VoidTooOld.
    """
    hosted, row = _lock(session, host, wanted, attendance)
    if row.state == "withdrawn":
        raise AttendanceSettled(state=row.state)
    if row.state == "counted":
        source = find_hosted_source(session, event_type=hosted.event_type)
        if source is None:
            raise HostingNotReady
        event_id = event_id_of(session, hosted=hosted, resident_id=row.resident_id)
        void_event(session, source=source.name, external_id=event_id, reason=reason, now=now)
    session.execute(text("UPDATE attendances SET state = 'withdrawn' WHERE id = :id"), {"id": row.id})
    _note(session, host, hosted, "withdrawn", attendance, now)
    return LineResult("withdrawn")


def _note(session: Session, host: HostRead, hosted: SessionRead, what: str, attendance: UUID, now: datetime) -> None:
    subject, facts = f"session:{public_id('ses', hosted.uuid)}", {what: public_id("att", attendance)}
    record_act(session, actor=host.actor, act="attendance.attested", subject=subject, facts=facts, now=now)


@dataclass(frozen=True)
class _Locked:
    id: int
    resident_id: int
    state: str
    minutes: int | None
    bags: int | None
    attested_by: int | None


def _lock(session: Session, host: HostRead, wanted: UUID, attendance: UUID) -> tuple[SessionRead, _Locked]:
    """The resident's state first, as whoever attests does, then the attendance."""
    hosted = get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    owner = next((one for one in list_attendance(session, session_id=hosted.id) if one.uuid == attendance), None)
    if owner is None:
        raise AttendanceUnknown
    loop_over_arrays(session)
    lock_states(session, resident_ids=[owner.resident_id])
    row = session.execute(
        text(
            "SELECT id, resident_id, state, minutes, bags, attested_by FROM attendances"
            " WHERE session_id = :session AND public_id = :attendance FOR UPDATE"
        ),
        {"session": hosted.id, "attendance": attendance},
    ).one()
    return hosted, _Locked(*row)
