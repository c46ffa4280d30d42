"""Check-in by a code that a host's screen shows: signed, new every 30 seconds, good for a minute, once a person.

A photo of the code that is passed on is worth nothing after that minute; within it, a place where unusually many people
check in with one code has them held for a person to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.arrays import loop_over_arrays
from app.core.flag_bounds import FlagBounds
from app.core.ids import take_id, uuid7
from app.core.spoken_codes import read_code
from app.earning.records import lock_states
from app.hosting.check_in_codes import CODE_SECONDS, SPOKEN, CheckInCodes
from app.hosting.check_in_errors import AlreadyCheckedIn, CheckInClosed, CheckInCodeStale, CheckInCodeUnknown
from app.hosting.kinds import SCANNED
from app.hosting.queries import HostRead
from app.hosting.recording import Presence, record_presences
from app.hosting.session_queries import SessionRead, find_session, get_session_of, list_open
from app.residents.queries import ResidentRead

GRACE = timedelta(seconds=30)
"""Time to scan a code just before it changes, and to send it."""
SKEW = timedelta(seconds=5)
"""How far the clock of the server that made the code may run ahead of that which reads it."""
AROUND = timedelta(minutes=15)
"""How long before and after a session people may check in."""


@dataclass(frozen=True)
class CodeRead:
    """`code` is what the QR says, `spoken` the same to read aloud; new ones are shown from `changes_at` on."""

    code: str
    spoken: str
    changes_at: datetime


@dataclass(frozen=True)
class CheckInRead:
    """`status`: here (a host has to attest it), awarded, recorded or held."""

    title: str
    organisation: str
    status: str
    points: int
    reasons: tuple[str, ...]


def show_code(session: Session, *, host: HostRead, wanted: UUID, codes: CheckInCodes, now: datetime) -> CodeRead:
    """The code to show now. Raises SessionUnknown or CheckInClosed."""
    hosted = get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
    _refuse_closed(hosted, now)
    number = int(now.timestamp()) // CODE_SECONDS
    changes_at = datetime.fromtimestamp((number + 1) * CODE_SECONDS, UTC)
    return CodeRead(codes.make(hosted.uuid, number), codes.make_spoken(hosted.uuid, number), changes_at)


def check_in(
    session: Session, *, resident: ResidentRead, code: str, codes: CheckInCodes, bounds: FlagBounds, now: datetime
) -> CheckInRead:
    """The resident is at the session whose code they scanned or typed.

    Raises CheckInCodeUnknown, CheckInCodeStale, CheckInClosed, AlreadyCheckedIn, HostingNotReady or TryAgain.
    """
    session_uuid, number = _read_code(session, code, codes, now)
    shown_at = datetime.fromtimestamp(number * CODE_SECONDS, UTC)
    if not shown_at - SKEW <= now < shown_at + timedelta(seconds=CODE_SECONDS) + GRACE:
        raise CheckInCodeStale
    hosted = find_session(session, wanted=session_uuid)
    if hosted is None:
        raise CheckInCodeUnknown
    _refuse_closed(hosted, now)
    loop_over_arrays(session)
    lock_states(session, resident_ids=[resident.id])
    scanned = hosted.event_type in SCANNED
    _keep(session, hosted, resident, number, now, state="counted" if scanned else "here")
    if not scanned:
        return CheckInRead(hosted.title, hosted.organisation, "here", 0, ())
    flag = "crowded_code" if _count_users(session, hosted, number) > bounds.code_users else None
    presence = Presence(resident.id, now, flag=flag)
    recorded = record_presences(session, hosted=hosted, presences=[presence], bounds=bounds, now=now)[resident.id]
    return CheckInRead(hosted.title, hosted.organisation, recorded.status, recorded.points, recorded.reasons)


def _read_code(session: Session, code: str, codes: CheckInCodes, now: datetime) -> tuple[UUID, int]:
    """A short one is looked for among those that screens show now or have just shown."""
    if len(read_code(code)) != SPOKEN:
        return codes.read(code)
    latest = int((now + SKEW).timestamp()) // CODE_SECONDS
    shown = [
        (one, number)
        for one in list_open(session, now=now, around=AROUND)
        for number in (latest, latest - 1, latest - 2)
    ]
    found = codes.find_spoken(code, among=shown)
    if found is None:
        raise CheckInCodeStale
    return found


def _refuse_closed(hosted: SessionRead, now: datetime) -> None:
    opens_at, closes_at = hosted.starts_at - AROUND, hosted.ends_at + AROUND
    if not opens_at <= now <= closes_at:
        raise CheckInClosed(opens_at=opens_at, closes_at=closes_at)


def _keep(
    session: Session, hosted: SessionRead, resident: ResidentRead, number: int, now: datetime, *, state: str
) -> None:
    made = session.execute(
        text(
            "INSERT INTO attendances (id, public_id, session_id, resident_id, state, code_number, scanned_at)"
            " VALUES (:id, :public_id, :session, :resident, :state, :number, :now)"
            " ON CONFLICT (session_id, resident_id) DO NOTHING RETURNING id"
        ),
        {
            "id": take_id(session),
            "public_id": uuid7(now),
            "session": hosted.id,
            "resident": resident.id,
            "state": state,
            "number": number,
            "now": now,
        },
    ).first()
    if made is None:
        raise AlreadyCheckedIn


def _count_users(session: Session, hosted: SessionRead, number: int) -> int:
    return int(
        session.execute(
            text("SELECT count(*) FROM attendances WHERE session_id = :session AND code_number = :number"),
            {"session": hosted.id, "number": number},
        ).scalar_one()
    )
