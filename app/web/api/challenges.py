"""How far the signed-in resident has come with what takes more than one event."""

from __future__ import annotations

from fastapi import APIRouter

from app.earning.challenges import list_challenges
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import SignedIn, as_resident

router = APIRouter(tags=["resident"])


class ChallengeShape(Shape):
    """`done` of `needed` in the `window` that runs now; `together` is what everybody has done."""

    rule: str
    title: str
    offer: str
    done: int
    needed: int
    window: str
    together: bool


class ChallengeList(Shape):
    """The furthest first, what everybody does together last; there are few, so there are no pages."""

    items: list[ChallengeShape]


@router.get("/v1/me/challenges", responses=declines(*SIGNED_IN))
def show_challenges(call: SignedIn) -> ChallengeList:
    """What takes more than one event, and how far you have come with it. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_challenges(session, resident_id=me.id, now=call.now))
    return ChallengeList(items=[ChallengeShape.model_validate(one, from_attributes=True) for one in found])
