"""How far each source has come: for residents, who wait for it, and for those who see to it."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session

from app.earning.freshness import FreshnessRead, list_freshness
from app.identity.queries import Client, OfficerRead
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.imports import as_sender
from app.web.callers import Call, SignedIn, as_resident

router = APIRouter(tags=["sources"])


class FreshnessShape(Shape):
    """`complete_to` is the newest day of which everything is here; null while that is not known.

    `next_expected_on` is null for a source that sends as things happen; `late` says that this day has passed.
    """

    source: str
    title: str
    complete_to: date | None
    next_expected_on: date | None
    late: bool
    sentence: str


class FreshnessList(Shape):
    """By title; there are few, so there are no pages."""

    items: list[FreshnessShape]


@router.get("/v1/me/sources", responses=declines(*SIGNED_IN))
def show_my_sources(call: SignedIn) -> FreshnessList:
    """What can earn points now comes from these sources, complete to these days. Scope `resident`."""
    return _present(call.run(as_resident, lambda session, _me: list_freshness(session, now=call.now)))


@router.get("/v1/sources", responses=declines(*SIGNED_IN))
def show_sources(call: SignedIn) -> FreshnessList:
    """How far sources have come: a machine's own (scope `events:read`), or all of them, for officers."""
    return _present(call.run(as_sender, lambda session, who: _list(session, who, call)))


def _list(session: Session, who: Client | OfficerRead, call: Call) -> tuple[FreshnessRead, ...]:
    sources = list_freshness(session, now=call.now, feeding_only=False)
    return tuple(one for one in sources if not isinstance(who, Client) or one.source in who.sources)


def _present(sources: tuple[FreshnessRead, ...]) -> FreshnessList:
    return FreshnessList(items=[FreshnessShape.model_validate(one, from_attributes=True) for one in sources])
