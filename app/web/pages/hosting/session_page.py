"""One session's page: what it is, who is on its register, and the form in which its host says who was there."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import public_id
from app.hosting.check_in import AROUND
from app.hosting.queries import HostRead
from app.hosting.session_queries import AttendanceRead, SessionRead, get_session_of, list_attendance
from app.web.callers import Call, as_host
from app.web.pages.hosting.attesting import Entry
from app.web.pages.rendering import render
from rules.catalogue import EVENT_TYPES

BLANKS = 4
"""Empty lines to type on; more come each time."""
MOST_MENDED = 50
"""Lines of a file that are mended in the form; a file with more faults is mended where it was made."""
MOST_TICKED = 80


def show_session(
    request: Request,
    call: Call,
    wanted: UUID,
    *,
    entries: Sequence[Entry] = (),
    noted: int = 0,
    problem: str | None = None,
    at: str = "member-0",
    status: int = 200,
) -> Response:
    """`entries` are lines that could not be kept. Raises SessionUnknown."""

    def find(session: Session, host: HostRead) -> tuple[HostRead, SessionRead, tuple[AttendanceRead, ...]]:
        hosted = get_session_of(session, organisation_id=host.organisation_id, wanted=wanted)
        return host, hosted, list_attendance(session, session_id=hosted.id)

    host, hosted, people = call.run(as_host, find)
    typed = [one for one in entries if one.here is None]
    blank = Entry("", "", "", None, None, None)
    return render(
        request,
        "host/session.html",
        status=status,
        host=host,
        hosted=hosted,
        address=f"/host/sessions/{public_id('ses', hosted.uuid)}",
        kind=EVENT_TYPES[hosted.event_type],
        people=list(enumerate(people, start=1)),
        here=[pair for pair in enumerate(people, start=1) if pair[1].state == "here"][:MOST_TICKED],
        ticked={one.here: one for one in entries if one.here is not None},
        typed=[*typed[:MOST_MENDED], *[blank] * BLANKS],
        beyond=typed[MOST_MENDED:],
        refused=len(entries),
        noted=noted,
        begun=call.now >= hosted.starts_at,
        open=hosted.starts_at - AROUND <= call.now <= hosted.ends_at + AROUND,
        problem=problem,
        href=f"#{at}",
    )
