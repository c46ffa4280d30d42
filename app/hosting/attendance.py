"""A host attests who was there; above a threshold of hours another host of the organisation has to agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import loop_over_arrays
from app.core.clock import london_date
from app.core.errors import Refusal
from app.core.ids import take_id, uuid7
from app.earning.records import lock_states
from app.earning.void import void_event
from app.hosting.days import SECOND_PERSON_ABOVE_MINUTES, Days, load_days
from app.hosting.errors import (
    AttendanceSettled,
    AttendanceUnfit,
    AttendanceUnknown,
    HostingNotReady,
    JoinedLater,
    SecondPersonNeeded,
    SessionInFuture,
    SessionTooOld,
    TooManyUnknownMembers,
)
from app.hosting.queries import HostRead, SessionRead, find_hosted_source, get_session_of, list_attendance
from app.hosting.recording import Presence, Recorded, event_id_of, record_presences
from app.hosting.tables import HostMember
from app.residents.cards import CardKeys
from app.residents.errors import ResidentUnknown
from app.residents.members import MemberUnknown, find_members, parse_member_number
from app.residents.queries import get_resident

MOST_LINES = 1000
MOST_UNKNOWN = 200
"""Member numbers that nobody has, per host and day: a list has a few, guessing has thousands."""


@dataclass(frozen=True)
class Line:
    """One person of a register: by member number, or by the id of their check-in. No `minutes`: the whole session."""

    member: str | None = None
    attendance: UUID | None = None
    minutes: int | None = None
    bags: int | None = None


@dataclass(frozen=True)
class LineResult:
    """`status`: awarded, recorded, held, waiting (for a second host), already (attested before) or refused."""

    status: str
    points: int = 0
    reasons: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class _Person:
    resident_id: int
    joined_at: datetime


def attest_attendance(
    session: Session,
    *,
    host: HostRead,
    wanted: UUID,
    lines: Sequence[Line],
    keys: CardKeys,
    late_window: timedelta,
    now: datetime,
) -> list[LineResult]:
    """A result for each line, in order: one that can't be does not sink the others.

    Raises SessionUnknown, SessionInFuture, SessionTooOld, AttendanceUnfit (too many lines), TooManyUnknownMembers or
    TryAgain.
    """
    hosted = get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    _refuse_unready(hosted, late_window, now)
    if len(lines) > MOST_LINES:
        raise AttendanceUnfit("attended", f"Send at most {MOST_LINES} people at once.")
    people = _find_people(session, hosted, lines, keys)
    _count_unknown(session, host, sum(isinstance(one, MemberUnknown) for one in people), now)
    ids = sorted({one.resident_id for one in people if isinstance(one, _Person)})
    loop_over_arrays(session)
    lock_states(session, resident_ids=ids)
    known = {one.resident_id: one.state for one in list_attendance(session, session_id=hosted.id)}
    days = load_days(session, hosted=hosted, resident_ids=ids)
    results: list[LineResult | None] = []
    counted: list[tuple[int, Presence]] = []
    for line, person in zip(lines, people, strict=True):
        judged = _judge(line, person, hosted, known, days, now)
        if isinstance(judged, LineResult):
            results.append(judged)
            continue
        presence, total = judged
        second = total > SECOND_PERSON_ABOVE_MINUTES
        known[presence.resident_id] = "waiting" if second else "counted"
        _keep(session, hosted, presence, known[presence.resident_id], host, now)
        if second:
            results.append(LineResult("waiting"))
        else:
            counted.append((len(results), presence))
            results.append(None)
    recorded = record_presences(session, hosted=hosted, presences=[presence for _, presence in counted], now=now)
    for at, presence in counted:
        results[at] = _tell(recorded[presence.resident_id])
    return [result for result in results if result is not None]


def approve_attendance(
    session: Session, *, host: HostRead, wanted: UUID, attendance: UUID, now: datetime
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
    presence = Presence(row.resident_id, hosted.starts_at, row.minutes, row.bags)
    return _tell(record_presences(session, hosted=hosted, presences=[presence], now=now)[row.resident_id])


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
    return LineResult("withdrawn")


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


def _refuse_unready(hosted: SessionRead, late_window: timedelta, now: datetime) -> None:
    if now < hosted.starts_at:
        raise SessionInFuture(from_at=hosted.starts_at)
    if hosted.starts_at < now - late_window:
        raise SessionTooOld(window_days=late_window.days)


def _find_people(
    session: Session, hosted: SessionRead, lines: Sequence[Line], keys: CardKeys
) -> list[_Person | Refusal]:
    """Who each line is about, or why that can't be said."""
    numbers = [_read_number(line) for line in lines]
    holders = find_members(session, numbers={one for one in numbers if isinstance(one, str)}, keys=keys)
    here = {one.uuid: one.resident_id for one in list_attendance(session, session_id=hosted.id)}
    people: list[_Person | Refusal] = []
    for line, number in zip(lines, numbers, strict=True):
        if isinstance(number, Refusal):
            people.append(number)
        elif isinstance(number, str):
            holder = holders.get(number)
            people.append(_Person(holder.resident_id, holder.enrolled_at) if holder else MemberUnknown())
        elif line.attendance in here:
            people.append(_find_resident(session, here[line.attendance]))
        else:
            people.append(AttendanceUnknown())
    return people


def _find_resident(session: Session, resident_id: int) -> _Person | Refusal:
    try:
        resident = get_resident(session, resident_id=resident_id)
    except ResidentUnknown as refusal:
        return refusal
    return _Person(resident.id, resident.enrolled_at)


def _read_number(line: Line) -> str | Refusal | None:
    if line.member is None:
        return None
    try:
        return parse_member_number(line.member)
    except Refusal as refusal:
        return refusal


def _judge(
    line: Line, person: _Person | Refusal, hosted: SessionRead, known: dict[int, str], days: Days, now: datetime
) -> LineResult | tuple[Presence, int]:
    """What is to be kept, with the minutes of the person's day; or what is said instead."""
    if isinstance(person, Refusal):
        return LineResult("refused", refusal=person)
    state = known.get(person.resident_id, "here")
    if state == "withdrawn":
        return LineResult("refused", refusal=AttendanceSettled(state=state))
    if state != "here":
        return LineResult("already")
    minutes = line.minutes or hosted.length_minutes
    try:
        if not 1 <= minutes <= max(hosted.length_minutes, 1):
            raise AttendanceUnfit("minutes", f"The session lasts {hosted.length_minutes} minutes.")
        if person.joined_at > hosted.starts_at:
            raise JoinedLater
        ends_at = hosted.starts_at + timedelta(minutes=minutes)
        if now < ends_at:
            raise SessionInFuture(from_at=ends_at)
        total = days.add(person.resident_id, hosted.starts_at, minutes)
    except Refusal as refusal:
        return LineResult("refused", refusal=refusal)
    return Presence(person.resident_id, hosted.starts_at, minutes, line.bags), total


def _keep(session: Session, hosted: SessionRead, presence: Presence, state: str, host: HostRead, now: datetime) -> None:
    """A new row, or that of the check-in."""
    session.execute(
        text(
            "INSERT INTO attendances (id, public_id, session_id, resident_id, state, minutes, bags, attested_by,"
            " attested_at) VALUES (:id, :public_id, :session, :resident, :state, :minutes, :bags, :host, :now)"
            " ON CONFLICT (session_id, resident_id) DO UPDATE SET state = excluded.state, minutes = excluded.minutes,"
            " bags = excluded.bags, attested_by = excluded.attested_by, attested_at = excluded.attested_at"
        ),
        {
            "id": take_id(session),
            "public_id": uuid7(now),
            "session": hosted.id,
            "resident": presence.resident_id,
            "state": state,
            "minutes": presence.minutes,
            "bags": presence.bags,
            "host": host.id,
            "now": now,
        },
    )


def _count_unknown(session: Session, host: HostRead, unknown: int, now: datetime) -> None:
    """Nothing of a list with too many is kept or told, so that guessing learns nothing from it."""
    if not unknown:
        return
    row = session.get_one(HostMember, host.id, with_for_update=True, populate_existing=True)
    today = london_date(now)
    tries = unknown + (row.unknown_tries if row.unknown_on == today else 0)
    if tries > MOST_UNKNOWN:
        raise TooManyUnknownMembers(most=MOST_UNKNOWN)
    row.unknown_on, row.unknown_tries = today, tries
    session.flush()


def _tell(recorded: Recorded) -> LineResult:
    return LineResult(recorded.status, recorded.points, recorded.reasons)
