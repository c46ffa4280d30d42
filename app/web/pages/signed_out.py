"""After signing out here: the provider may know the person still, and is asked by a link to forget them, too.

A link, and no redirect of the form, because our own policy lets forms lead nowhere else. The address names us and where
to come back to, never the person: whoever holds it learns nothing, and the provider asks before it ends its session.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.identity.sign_in_errors import SignInUnavailable
from app.web.callers import get_runtime
from app.web.pages.rendering import render

SIGNED_OUT = "/signed-out"

router = APIRouter(include_in_schema=False)


@router.get(SIGNED_OUT)
def signed_out(request: Request, at: str = "") -> Response:
    """`at` is which provider the person came by; where it has no page for signing out, ours is the start page."""
    runtime = get_runtime(request)
    provider = runtime.ways_in.find_provider(at)
    try:
        place = provider.leave(back_to=f"{runtime.settings.public_url}/") if provider else None
    except SignInUnavailable:
        place = None
    if provider is None or place is None:
        return RedirectResponse("/", status_code=303)
    return render(request, "signed_out.html", provider=provider.settings.title, place=place)


def lead_out(provider: str | None) -> str:
    """Where somebody goes whose session here has just ended."""
    return "/" if provider is None else f"{SIGNED_OUT}?at={provider}"
