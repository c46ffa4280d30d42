"""A host attests who was there; above a threshold of hours another host of the organisation has to agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.arrays import loop_over_arrays
from app.core.errors import Refusal
from app.core.flag_bounds import FlagBounds
from app.core.ids import public_id, take_id, uuid7
from app.earning.records import lock_states
from app.hosting.attendance_errors import AttendanceSettled, AttendanceUnfit, JoinedLater
from app.hosting.days import SECOND_PERSON_ABOVE_MINUTES, Days, load_days
from app.hosting.errors import SessionInFuture, SessionTooOld
from app.hosting.people import Line, Person, count_unknown, find_people
from app.hosting.queries import HostRead
from app.hosting.recording import Presence, record_presences
from app.hosting.results import LineResult, tell_result
from app.hosting.session_queries import SessionRead, get_session_of, list_attendance
from app.residents.cards import CardKeys
from app.residents.members import MemberUnknown

MOST_LINES = 1000


def attest_attendance(
    session: Session,
    *,
    host: HostRead,
    wanted: UUID,
    lines: Sequence[Line],
    keys: CardKeys,
    late_window: timedelta,
    bounds: FlagBounds,
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
    people = find_people(session, hosted, lines, keys)
    count_unknown(session, host, sum(isinstance(one, MemberUnknown) for one in people), now)
    ids = sorted({one.resident_id for one in people if isinstance(one, Person)})
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
    presences = [presence for _, presence in counted]
    recorded = record_presences(session, hosted=hosted, presences=presences, bounds=bounds, now=now)
    for at, presence in counted:
        results[at] = tell_result(recorded[presence.resident_id])
    facts: dict[str, str | int | bool | None] = {"lines": len(lines), "counted": len(counted)}
    subject = f"session:{public_id('ses', hosted.uuid)}"
    record_act(session, actor=host.actor, act="attendance.attested", subject=subject, facts=facts, now=now)
    return [result for result in results if result is not None]


def _refuse_unready(hosted: SessionRead, late_window: timedelta, now: datetime) -> None:
    if now < hosted.starts_at:
        raise SessionInFuture(from_at=hosted.starts_at)
    if hosted.starts_at < now - late_window:
        raise SessionTooOld(window_days=late_window.days)


def _judge(
    line: Line, person: Person | Refusal, hosted: SessionRead, known: dict[int, str], days: Days, now: datetime
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
