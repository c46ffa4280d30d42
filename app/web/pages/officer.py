"""The officer's page: every rule in a sentence, with its facts and its cost."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.clock import london_date
from app.identity.permissions import DRAFTERS
from app.rulebook.drafting.queries import list_drafts
from app.web.callers import as_officer
from app.web.pages.council.role_words import ROLE_WORDS
from app.web.pages.register import list_register
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)


@router.get("/officer/rules")
def rules(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    today = london_date(call.now)
    officer, entries, drafts = call.run(
        as_officer,
        lambda session, officer: (officer, list_register(session, today=today), list_drafts(session)),
    )
    return render(
        request,
        "officer_rules.html",
        officer=officer,
        roles=[ROLE_WORDS[role][0] for role in sorted(officer.roles)],
        entries=entries,
        today=today,
        drafts=drafts,
        may_write=not officer.roles.isdisjoint(DRAFTERS),
    )
