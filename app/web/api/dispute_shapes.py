"""A dispute as officers read it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.core.ids import public_id
from app.identity.queries import find_officers
from app.redemption.dispute_queries import DisputeRead
from app.web.api.answers import Shape
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person


class DisputeShape(Shape):
    """`points` are what is proposed, or came back; `pence` is what the partner is owed less, once refunded.

    `status`: open, proposed (it waits for a second officer), refunded or refused.
    `opened_by`: resident, staff or officer.
    """

    id: str
    redemption: str
    resident: str
    partner: str
    reward: str
    spent_points: int
    opened_by: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    status: str
    reason: str
    points: int | None
    answer: str | None
    proposed_by: PersonShape | None
    proposed_at: datetime | None
    decided_by: PersonShape | None
    decided_at: datetime | None
    pence: int | None


class DisputePage(Shape):
    """Soonest due first; `after` asks for the next page."""

    items: list[DisputeShape]
    after: str | None


def present(session: Session, one: DisputeRead, now: datetime) -> DisputeShape:
    """For officers."""
    people = find_officers(session, ids={number for number in (one.proposed_by, one.decided_by) if number is not None})
    return DisputeShape(
        id=public_id("dsp", one.id),
        redemption=public_id("red", one.redemption),
        resident=public_id("res", one.resident),
        partner=one.partner,
        reward=one.reward,
        spent_points=one.spent_points,
        opened_by=one.opened_kind,
        opened_at=one.opened_at,
        due_at=one.due_at,
        overdue=one.decision is None and now > one.due_at,
        status=one.decision or ("open" if one.points is None else "proposed"),
        reason=one.reason,
        points=one.points,
        answer=one.answer,
        proposed_by=None if one.proposed_by is None else present_person(people[one.proposed_by]),
        proposed_at=one.proposed_at,
        decided_by=None if one.decided_by is None else present_person(people[one.decided_by]),
        decided_at=one.decided_at,
        pence=one.pence,
    )
