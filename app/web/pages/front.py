"""Pages for everybody: what this is, and the public register of rules."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.clock import london_date
from app.web.callers import get_runtime
from app.web.pages.demo_people import list_people, one_of_each
from app.web.pages.register import list_register
from app.web.pages.rendering import render
from app.web.pages.visits import visit_token
from app.web.session_cookies import begin_visit, keep_visit

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(request: Request) -> Response:
    """In the demonstration with forms, which somebody sends who is not signed in yet."""
    people = one_of_each(list_people(request))
    if not people:
        return render(request, "front.html", people=people)
    visit = begin_visit(request)
    page = render(request, "front.html", people=people, csrf=visit_token(request, visit))
    keep_visit(request, page, visit)
    return page


@router.get("/ways-to-earn")
def ways_to_earn(request: Request) -> Response:
    """The public register; events that nobody has a rule for are not on it."""
    runtime = get_runtime(request)
    today = london_date(runtime.clock.now())
    entries = runtime.database.in_transaction(lambda session: list_register(session, today=today))
    return render(request, "ways_to_earn.html", entries=[entry for entry in entries if entry.on])
