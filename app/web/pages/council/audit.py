"""Who looked at or changed what, for those who look over everybody's shoulder. Their own look is part of it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.audit import ACTS, list_acts, record_act
from app.core.paging import Page
from app.identity.queries import OfficerRead, name_officers
from app.web.api.audit import ActShape, as_reader, present_act, read_actor
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again
from app.web.pages.whole_forms import drop_nulls

router = APIRouter(include_in_schema=False)

LONGEST = 200
KINDS = {
    "officer": mark("An officer"),
    "resident": mark("A resident"),
    "staff": mark("Somebody of a partner"),
    "machine": mark("A machine"),
    "host": mark("A host"),
    "device": mark("A till"),
    "system": mark("The service itself"),
}


@dataclass(frozen=True)
class Shown:
    """`name` is of officers; whoever else it was is told by kind and reference."""

    act: ActShape
    name: str | None


@router.get("/officer/audit")
def show_acts(
    request: Request, subject: str = "", act: str = "", actor: str = "", after: str | None = None
) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    asked = {name: drop_nulls(one).strip()[:LONGEST] for name, one in (("subject", subject), ("act", act))}
    who = read_actor(actor) if actor else None

    def find(session: Session, officer: OfficerRead) -> Page[Shown]:
        about, kind = asked["subject"] or None, asked["act"] or None
        page = list_acts(session, subject=about, actor=who, act=kind, since=None, until=None, after=after, limit=50)
        seen = {"acts": len(page.items)}
        record_act(session, actor=officer.actor, act="audit.read", subject="audit", facts=seen, now=call.now)
        names = name_officers(session, public_ids=[one.actor for one in page.items if one.actor])
        shown = (Shown(present_act(one), names.get(one.actor) if one.actor else None) for one in page.items)
        return Page(tuple(shown), page.after)

    page = call.run(as_reader, find)
    return render(
        request,
        "council_audit.html",
        acts=page.items,
        after=page.after,
        subject=asked["subject"],
        act=asked["act"],
        actor=actor,
        words=ACTS,
        kinds=KINDS,
    )
