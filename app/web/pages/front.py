"""Pages for everybody: what this is, the public register of rules, and signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.web.callers import get_runtime
from app.web.faults import PathUnknown
from app.web.pages.demo_people import Person, list_people, load_cast, one_of_each
from app.web.pages.register import list_register
from app.web.pages.rendering import render
from app.web.pages.visits import begin_session, begin_visit, check_form, end_session, keep_visit, visit_token

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(request: Request) -> Response:
    return _show_ways_in(request, "front.html", one_of_each(list_people(request)))


@router.get("/sign-in")
def sign_in(request: Request) -> Response:
    return _show_ways_in(request, "sign_in.html", list_people(request))


@router.post("/demo/sign-in")
def sign_in_by_one_click(
    request: Request, person: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
) -> Response:
    """Demo mode only, and only for its own invented people; otherwise as if the address did not exist."""
    runtime = get_runtime(request)
    if not runtime.demo:
        raise PathUnknown
    check_form(request, csrf)
    role = runtime.database.in_transaction(load_cast).role_of(person)
    if role is None:
        raise PathUnknown
    return begin_session(request, role=role, subject=person)


@router.post("/sign-out")
def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    check_form(request, csrf)
    return end_session(request, RedirectResponse("/", status_code=303))


@router.get("/ways-to-earn")
def ways_to_earn(request: Request) -> Response:
    """The public register; events that nobody has a rule for are not on it."""
    runtime = get_runtime(request)
    today = london_date(runtime.clock.now())
    entries = runtime.database.in_transaction(lambda session: list_register(session, today=today))
    return render(request, "ways_to_earn.html", entries=[entry for entry in entries if entry.on])


def _show_ways_in(request: Request, template: str, people: tuple[Person, ...]) -> Response:
    """A page whose forms somebody sends who is not signed in yet."""
    if not people:
        return render(request, template, people=people)
    visit = begin_visit(request)
    page = render(request, template, people=people, csrf=visit_token(request, visit))
    return keep_visit(request, page, visit)
