"""The page of the demonstration's own provider, on which a person is chosen instead of a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.web.callers import get_runtime
from app.web.faults import PathUnknown
from app.web.pages.demo_people import load_cast
from app.web.pages.entering import read_back
from app.web.pages.sign_in import DONE, begin_as
from app.web.pages.visits import check_form
from app.web.sign_in_demo import AUTHORIZE_PATH

router = APIRouter(include_in_schema=False)


@router.post("/demo/sign-in")
def sign_in_as(
    request: Request,
    person: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """One click: to the provider with a hint who it is, and back. Outside demo mode there is no such address."""
    if get_runtime(request).ways_in.demo_provider is None:
        raise PathUnknown
    check_form(request, csrf)
    return begin_as(request, person=person, back=read_back(back))


@router.get(AUTHORIZE_PATH)
def authorize(request: Request, login_hint: str = "") -> Response:
    """Who is named is believed, as long as it is one of the invented people."""
    runtime = get_runtime(request)
    provider = runtime.ways_in.demo
    if provider is None or runtime.database.in_transaction(load_cast).role_of(login_hint) is None:
        raise PathUnknown
    answered = provider.authorize(dict(request.query_params), person=login_hint)
    if answered is None:
        raise PathUnknown
    return RedirectResponse(f"{DONE}?{answered}", status_code=303)
