"""Who the lines of a register are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.core.clock import london_date
from app.core.errors import Refusal
from app.hosting.attendance_errors import AttendanceUnknown, TooManyUnknownMembers
from app.hosting.queries import HostRead
from app.hosting.session_queries import SessionRead, list_attendance
from app.hosting.tables import HostMember
from app.residents.cards import CardKeys
from app.residents.errors import ResidentUnknown
from app.residents.members import MemberUnknown, find_members, parse_member_number
from app.residents.queries import get_resident

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
class Person:
    """Whom a line is about; nothing from before `joined_at` counts for them."""

    resident_id: int
    joined_at: datetime


def find_people(session: Session, hosted: SessionRead, lines: Sequence[Line], keys: CardKeys) -> list[Person | Refusal]:
    """Who each line is about, or why that can't be said."""
    numbers = [_read_number(line) for line in lines]
    holders = find_members(session, numbers={one for one in numbers if isinstance(one, str)}, keys=keys)
    here = {one.uuid: one.resident_id for one in list_attendance(session, session_id=hosted.id)}
    people: list[Person | Refusal] = []
    for line, number in zip(lines, numbers, strict=True):
        if isinstance(number, Refusal):
            people.append(number)
        elif isinstance(number, str):
            holder = holders.get(number)
            people.append(Person(holder.resident_id, holder.enrolled_at) if holder else MemberUnknown())
        elif line.attendance in here:
            people.append(_find_resident(session, here[line.attendance]))
        else:
            people.append(AttendanceUnknown())
    return people


def _find_resident(session: Session, resident_id: int) -> Person | Refusal:
    try:
        resident = get_resident(session, resident_id=resident_id)
    except ResidentUnknown as refusal:
        return refusal
    return Person(resident.id, resident.enrolled_at)


def _read_number(line: Line) -> str | Refusal | None:
    if line.member is None:
        return None
    try:
        return parse_member_number(line.member)
    except Refusal as refusal:
        return refusal


def count_unknown(session: Session, host: HostRead, unknown: int, now: datetime) -> None:
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
