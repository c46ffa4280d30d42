"""The way out of a campaign's messages: the link in each of them, for whoever opens it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from app.rulebook.messages.ways_out import LONGEST_CODE, PATH, WayOutKeys, stop_messages
from app.web.callers import get_runtime
from app.web.pages.rendering import render

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def show(request: Request, code: str = "") -> Response:
    """Asks first: programs that look at links before people do must not stop anything."""
    return render(request, "stop_messages.html", code=code[:LONGEST_CODE], title=None)


@router.post(PATH)
def stop(request: Request, code: Annotated[str, Form()] = "") -> Response:
    """The code is what allows it, so the form needs no other protection."""
    runtime = get_runtime(request)
    keys, now = WayOutKeys(runtime.secrets), runtime.clock.now()
    stopped = runtime.database.in_transaction(
        lambda session: stop_messages(session, code=code[:LONGEST_CODE], keys=keys, now=now)
    )
    return render(request, "stop_messages.html", code="", title=stopped.title)
