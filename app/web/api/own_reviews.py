"""What of a resident's own a person looks at, and what they decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.ids import public_id
from app.earning.review.cases import CaseRead, list_own_cases
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.callers import SignedIn, as_resident

router = APIRouter(tags=["review"])

APPEAL = "If you think this is wrong, you can ask for an appeal, and somebody else will look at it."


class OwnCaseShape(Shape):
    """Something of yours that a person looks at, or has looked at, before it can earn points.

    `decision` is null until `due_at` at the latest, then release or refuse with its `reason`; `appeal` says what you
    can do about a refusal.
    """

    id: str
    title: str
    on: date
    sentence: str
    opened_at: datetime
    due_at: datetime
    decision: str | None
    reason: str | None
    decided_at: datetime | None
    appeal: str | None


class OwnCasePage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[OwnCaseShape]
    after: str | None


@router.get("/v1/me/reviews", responses=declines(*SIGNED_IN, 400))
def show_own_cases(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OwnCasePage:
    """What of yours a person looks at before it can earn points, and what they decided. Scope `resident`."""
    page = call.run(
        as_resident, lambda session, me: list_own_cases(session, resident_id=me.id, after=after, limit=limit)
    )
    link_next(response, "/v1/me/reviews", after=page.after, limit=limit)
    return OwnCasePage(items=[_present_own(one) for one in page.items], after=page.after)


def _present_own(case: CaseRead) -> OwnCaseShape:
    assert case.on is not None, "a resident's cases are about events"
    return OwnCaseShape(
        id=public_id("rev", case.id),
        title=case.title,
        on=case.on,
        sentence=case.sentence,
        opened_at=case.opened_at,
        due_at=case.due_at,
        decision=case.decision,
        reason=case.reason,
        decided_at=case.decided_at,
        appeal=APPEAL if case.decision == "refuse" else None,
    )
