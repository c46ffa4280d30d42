"""Every address of a page, as the application routes it."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.web.pages.council import partners, people
from app.web.pages.partner import webhook
from app.web.pages.routes import router
from app.web.pages.rulewriting import draft

ACTS = {
    "POST /officer/partners/{act}": partners.ACTS,
    "POST /officer/people/changes/{act}": people.ACTS,
    "POST /officer/rules/{key}/draft/{step}": draft.STEPS,
    "POST /partner/integration/{webhook}/{act}": webhook.ACTS,
}
"""Routes that do one of several things, by the last part of the address."""


def list_pages() -> set[str]:
    """Paths that answer GET, with the names of their parameters in braces."""
    return {route.path for route in _walk(router) if "GET" in (route.methods or ())}


def list_routes() -> list[str]:
    """Methods and paths, with a route of its own for each of ACTS."""
    found = {f"{method} {route.path}" for route in _walk(router) for method in route.methods or ()}
    acts = {f"{route.rpartition('/')[0]}/{act}" for route, all_of_them in ACTS.items() for act in all_of_them}
    return sorted((found - set(ACTS)) | acts)


def _walk(among: APIRouter) -> Iterator[APIRoute]:
    for route in among.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _walk(route.original_router)  # type: ignore[attr-defined] # FastAPI keeps what it includes whole
