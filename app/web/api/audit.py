"""The audit trail, for those who look over everybody's shoulder; their own look is part of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from sqlmodel import Session
from starlette.responses import Response

from app.audit import ActRead, list_acts, record_act
from app.core.clock import write_instant
from app.core.ids import parse_public_id, public_id
from app.core.paging import Page
from app.identity.permissions import AUDIT_READERS
from app.identity.queries import OfficerRead
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.callers import SignedIn, as_officer_with
from app.web.faults import ParameterInvalid

router = APIRouter(tags=["audit"])

as_reader = as_officer_with(*AUDIT_READERS)
_PREFIXES = {"officer": "off", "resident": "res", "staff": "stf", "host": "hst", "device": "til"}
_VISIBLE = r"^[!-~]+$"


class ActShape(Shape):
    """`actor` is null for machines and the system itself; `subject` is a reference, never a name."""

    id: int
    act: str
    actor_kind: str
    actor: str | None
    subject: str
    purpose: str | None
    facts: dict[str, Any]
    happened_at: datetime


class ActPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[ActShape]
    after: str | None


@router.get("/v1/audit", responses=declines(*SIGNED_IN, 400))
def show_acts(
    call: SignedIn,
    response: Response,
    subject: Annotated[str | None, Query(max_length=200, pattern=_VISIBLE)] = None,
    actor: Annotated[str | None, Query(max_length=64)] = None,
    act: Annotated[str | None, Query(max_length=64, pattern=_VISIBLE)] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    after: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ActPage:
    """Who looked at or changed what. For officers with the role auditor or admin; reading it is recorded, too."""
    who = None if actor is None else read_actor(actor)

    def find(session: Session, officer: OfficerRead) -> Page[ActRead]:
        page = list_acts(
            session, subject=subject, actor=who, act=act, since=since, until=until, after=after, limit=limit
        )
        # What was asked for may be anything at all, so only what was looked at is written down.
        seen = {"acts": len(page.items)}
        record_act(session, actor=officer.actor, act="audit.read", subject="audit", facts=seen, now=call.now)
        return page

    page = call.run(as_reader, find)
    asked = {"subject": subject, "actor": actor, "act": act}
    spans = {"since": _write(since), "until": _write(until)}
    link_next(response, "/v1/audit", **asked, **spans, after=page.after, limit=limit)
    return ActPage(items=[present_act(one) for one in page.items], after=page.after)


def read_actor(written: str) -> UUID:
    found = next((uuid for prefix in _PREFIXES.values() if (uuid := parse_public_id(prefix, written))), None)
    if found is None:
        raise ParameterInvalid("actor", "give the id of an officer, a resident, a partner's staff, a host or a till")
    return found


def _write(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)


def present_act(act: ActRead) -> ActShape:
    prefix = _PREFIXES.get(act.actor_kind)
    return ActShape(
        id=act.number,
        act=act.act,
        actor_kind=act.actor_kind,
        actor=public_id(prefix, act.actor) if prefix and act.actor else None,
        subject=act.subject,
        purpose=act.purpose,
        facts=act.facts,
        happened_at=act.happened_at,
    )
