"""Who looked at or changed what, for those who look over everybody's shoulder. Their own look is part of it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit import ActRead, list_acts, record_act
from app.core.paging import Page
from app.identity.queries import OfficerRead
from app.web.api.audit import as_reader, present_act
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again
from app.web.pages.whole_forms import drop_nulls

router = APIRouter(include_in_schema=False)

LONGEST = 200


@router.get("/officer/audit")
def show_acts(request: Request, subject: str = "", act: str = "", after: str | None = None) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    wanted, kind = (drop_nulls(one).strip()[:LONGEST] or None for one in (subject, act))

    def find(session: Session, officer: OfficerRead) -> Page[ActRead]:
        page = list_acts(session, subject=wanted, actor=None, act=kind, since=None, until=None, after=after, limit=50)
        seen = {"acts": len(page.items)}
        record_act(session, actor=officer.actor, act="audit.read", subject="audit", facts=seen, now=call.now)
        return page

    page = call.run(as_reader, find)
    return render(
        request,
        "council_audit.html",
        acts=[present_act(one) for one in page.items],
        after=page.after,
        subject=wanted or "",
        act=kind or "",
    )
