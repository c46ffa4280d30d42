"""A dispute as the resident and the partner read it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.core.ids import public_id
from app.redemption.dispute_queries import DisputeRead
from app.web.api.answers import Shape


class OwnDisputeShape(Shape):
    """`reason` is null where somebody else gave it. `answer` and `points` are null until it is decided, by `due_at`.

    `status`: open, refunded or refused.
    """

    id: str
    redemption: str
    reward: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    status: Literal["open", "refunded", "refused"]
    reason: str | None
    points: int | None
    answer: str | None
    decided_at: datetime | None


class OwnDisputePage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[OwnDisputeShape]
    after: str | None


def present_own(one: DisputeRead, reader: Literal["resident", "staff"], now: datetime) -> OwnDisputeShape:
    """For a resident or the partner's staff: nothing of what officers have yet to decide, or of the other party."""
    refunded = one.decision == "refunded"
    return OwnDisputeShape(
        id=public_id("dsp", one.id),
        redemption=public_id("red", one.redemption),
        reward=one.reward,
        opened_at=one.opened_at,
        due_at=one.due_at,
        overdue=one.decision is None and now > one.due_at,
        status="refunded" if refunded else "refused" if one.decision else "open",
        reason=one.reason if one.opened_kind == reader else None,
        points=one.points if refunded else None,
        answer=one.answer if one.decision else None,
        decided_at=one.decided_at,
    )
