"""Every address of a page, as the application routes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.web.pages.routes import router

ACTS = ("ACTS", "STEPS", "ENDS", "DECISIONS")
"""What a module calls the things that a route of it does, by the last part of the address."""


def list_pages() -> set[str]:
    """Paths that answer GET, with the names of their parameters in braces."""
    return {route.path for route in _walk(router) if "GET" in (route.methods or ())}


def list_routes() -> list[str]:
    """Methods and paths; a route that does one of several things stands there once for each."""
    return sorted(
        {f"{method} {path}" for route in _walk(router) for method in route.methods or () for path in _fill(route)}
    )


def _fill(route: APIRoute) -> list[str]:
    folder, _, last = route.path.rpartition("/")
    if last not in ("{act}", "{step}"):
        return [route.path]
    module = vars(sys.modules[route.endpoint.__module__])
    acts = next(module[name] for name in ACTS if name in module)
    return [f"{folder}/{act}" for act in acts]


def _walk(among: APIRouter) -> Iterator[APIRoute]:
    for route in among.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _walk(route.original_router)  # type: ignore[attr-defined] # FastAPI keeps what it includes whole
