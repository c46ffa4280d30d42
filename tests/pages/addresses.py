"""Every address of a page that can be fetched, as the application routes it."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app.web.pages.routes import router


def list_pages() -> set[str]:
    """Paths that answer GET, with the names of their parameters in braces."""
    return {route.path for route in _walk(router) if "GET" in (route.methods or ())}


def _walk(among: APIRouter) -> Iterator[APIRoute]:
    for route in among.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _walk(route.original_router)  # type: ignore[attr-defined] # FastAPI keeps what it includes whole
