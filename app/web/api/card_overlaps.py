"""Cards that more than one account says are its own, for officers to look into."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.audit import note_looks
from app.core.ids import public_id
from app.identity.permissions import REVIEWERS
from app.identity.queries import OfficerRead
from app.residents.overlaps import Overlap, list_overlaps
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import SignedIn, as_officer_with

router = APIRouter(tags=["review"])


class OverlapShape(Shape):
    """`kind`: claimed_by_two, or passed_on from `earlier` to `later`. Of the card itself nothing is told."""

    kind: str
    earlier: str
    later: str
    since_at: datetime


class OverlapList(Shape):
    """Of the last 90 days, the newest first, at most 200."""

    items: list[OverlapShape]


@router.get("/v1/card-overlaps", responses=declines(*SIGNED_IN))
def show_overlaps(call: SignedIn) -> OverlapList:
    """Pairs of accounts that say one card is theirs. For officers with the role support, approver or auditor."""

    def look(session: Session, officer: OfficerRead) -> tuple[Overlap, ...]:
        found = list_overlaps(session, now=call.now)
        people = [person for one in found for person in (one.earlier, one.later)]
        note_looks(session, actor=officer.actor, people=people, what="card overlaps", now=call.now)
        return found

    found = call.run(as_officer_with(*REVIEWERS, "auditor"), look)
    return OverlapList(
        items=[
            OverlapShape(
                kind=one.kind,
                earlier=public_id("res", one.earlier),
                later=public_id("res", one.later),
                since_at=one.since_at,
            )
            for one in found
        ]
    )
