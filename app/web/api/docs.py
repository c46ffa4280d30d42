"""The OpenAPI document, and a page that people can read it on without any script or network of others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.core.errors import Refusal
from app.web.problems import Problem, status_of

router = APIRouter(include_in_schema=False)
_PAGES = Environment(loader=PackageLoader("app.web.api", "."), autoescape=True, undefined=StrictUndefined)


@router.get("/openapi.json")
def show_document(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


@router.get("/docs")
def show_page(request: Request) -> Response:
    page = _PAGES.get_template("docs.html.jinja").render(
        document=request.app.openapi(), operations=_operations(request.app.openapi()), problems=_problems()
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"})


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"method": method.upper(), "path": path, **operation}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


def _problems() -> list[dict[str, Any]]:
    """Every code with its status and what it means: the first line of its class's docstring."""
    ours = (
        {"code": problem.code, "status": problem.status, "meaning": problem.detail}
        for problem in (Problem.unexpected(), Problem.busy())
    )
    refusals = (
        {"code": kind.code, "status": status_of(kind), "meaning": (kind.__doc__ or "").split("\n", maxsplit=1)[0]}
        for kind in list_refusals()
    )
    return sorted((*ours, *refusals), key=lambda problem: problem["code"])


def list_refusals() -> list[type[Refusal]]:
    """Every refusal that can be raised: the classes of the tree that carry a code of their own."""
    found, waiting = [], Refusal.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__module__ != Refusal.__module__:
            found.append(kind)
    return found
