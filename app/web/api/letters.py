"""The desk's list of people whom no message reaches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from app.core.clock import london_date
from app.identity.queries import OfficerRead
from app.notices.letters import list_letters, note_handed_over
from app.residents.desk import Desk, look_up_member
from app.residents.members import write_member_number
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.desk import as_desk
from app.web.api.purposes import Purposed, Stated
from app.web.callers import SignedIn
from app.web.sent import Body

router = APIRouter(tags=["desk"])


class LetterShape(Shape):
    """`kind`: points_expire (with `points` and `expires_on`), refund_given (with `points`) or refund_refused."""

    member: str
    name: str
    kind: str
    points: int | None
    expires_on: date | None
    queued_at: datetime


class LettersShape(Shape):
    """Oldest first."""

    items: list[LetterShape]


class HandedOverShape(Shape):
    """How many notices the person has been told now."""

    notices: int


@router.get("/v1/desk/letters", responses=declines(*SIGNED_IN, 400, 422))
def show_letters(call: SignedIn, purpose: Stated, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> LettersShape:
    """Who has to be told something and has no address we could write to. For officers with the role support."""

    def find(session: Session, officer: OfficerRead) -> LettersShape:
        found = list_letters(
            session,
            desk=Desk(officer, purpose),
            keys=call.runtime.card_keys,
            today=london_date(call.now),
            limit=limit,
            now=call.now,
        )
        return LettersShape(
            items=[LetterShape.model_validate(vars(one) | {"member": write_member_number(one.member)}) for one in found]
        )

    return call.run(as_desk, find)


@router.post(
    "/v1/desk/residents/{member}/notices/handed-over",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", Purposed)),
)
def hand_over(call: SignedIn, member: str, body: Body) -> HandedOverShape:
    """The person has been told everything that waited at the desk. For officers with the role support."""
    order, keys = body.read(Purposed), call.runtime.card_keys

    def serve(session: Session, officer: OfficerRead) -> HandedOverShape:
        desk = Desk(officer, order.stated())
        found = look_up_member(session, desk=desk, number=member, act="hand_over", keys=keys, now=call.now)
        return HandedOverShape(notices=note_handed_over(session, resident_id=found.id, now=call.now))

    return call.run(as_desk, serve)
