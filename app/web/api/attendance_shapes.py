"""What is sent and told about who was at a session."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from app.core.ids import public_id
from app.hosting.attendance import MOST_LINES
from app.hosting.register import MOST_BAGS, MOST_MINUTES
from app.hosting.results import LineResult
from app.hosting.session_queries import AttendanceRead
from app.web.api.answers import Shape
from app.web.problems import Problem


class AttendedLine(msgspec.Struct, frozen=True):
    """One person, by their member number, or by the `id` of a check-in. Without `minutes`: the whole session."""

    member: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None
    bags: Annotated[int, msgspec.Meta(ge=0, le=MOST_BAGS)] | None = None


class AttendanceOrder(msgspec.Struct, frozen=True):
    """By sending this you attest that these people were there."""

    attended: Annotated[list[AttendedLine], msgspec.Meta(min_length=1, max_length=MOST_LINES)]


class AttendedShape(Shape):
    """`status`: awarded, recorded, held, waiting (a second host), already, withdrawn, or refused with a `problem`."""

    status: str
    points: int
    reasons: list[str]
    problem: dict[str, Any] | None


class AttendedListShape(Shape):
    """One for each line, in order."""

    results: list[AttendedShape]


class AttendanceShape(Shape):
    """Somebody who was there. `state`: here (checked in, not attested), waiting, counted or withdrawn."""

    id: str
    state: str
    minutes: int | None
    bags: int | None
    checked_in_at: datetime | None


class AttendanceListShape(Shape):
    """In the order in which people were told of."""

    items: list[AttendanceShape]


def present_result(result: LineResult) -> dict[str, Any]:
    """As JSON, so that it can be kept with the answer."""
    return AttendedShape(
        status=result.status,
        points=result.points,
        reasons=list(result.reasons),
        problem=Problem.of(result.refusal).to_data() if result.refusal else None,
    ).model_dump(mode="json")


def present_attendance(attendance: AttendanceRead) -> AttendanceShape:
    return AttendanceShape(
        id=public_id("att", attendance.uuid),
        state=attendance.state,
        minutes=attendance.minutes,
        bags=attendance.bags,
        checked_in_at=attendance.scanned_at,
    )
