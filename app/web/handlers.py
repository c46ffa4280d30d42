"""Turns whatever a route raises into a problem, or, for pages, into what the pages make of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from app.core.errors import Refusal, TryAgain
from app.web.faults import BodyMalformed, MethodUnknown, ParameterInvalid, PathUnknown
from app.web.problems import Problem
from app.web.words import say_parameter_fault

PageOf: TypeAlias = Callable[[Request, Problem], Response]

API_PATHS = ("/v1/", "/oauth/", "/health/", "/.well-known/", "/openapi.json", "/docs", "/static/")

_log = structlog.get_logger("app.web.handlers")


def add_handlers(app: FastAPI, *, page_of: PageOf | None) -> None:
    """`page_of` renders a problem on paths that people visit; without it they get problems too."""

    async def tell(request: Request, problem: Problem) -> Response:
        if page_of is None or request.url.path.startswith(API_PATHS):
            return problem.to_response()
        return await run_in_threadpool(page_of, request, problem)

    async def tell_refusal(request: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        return await tell(request, Problem.of(refusal))

    async def tell_invalid(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, RequestValidationError)
        return await tell(request, Problem.of(_read_fault(fault)))

    async def tell_http(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        return await tell(request, Problem.of(_read_http(request, fault)))

    async def tell_busy(request: Request, fault: Exception) -> Response:
        _log.error("database", fault=type(fault).__name__)
        return await tell(request, Problem.busy())

    app.add_exception_handler(Refusal, tell_refusal)
    app.add_exception_handler(RequestValidationError, tell_invalid)
    app.add_exception_handler(HTTPException, tell_http)
    for kind in (OperationalError, PoolTimeout, TryAgain):
        app.add_exception_handler(kind, tell_busy)


def _read_fault(fault: RequestValidationError) -> Refusal:
    """The first fault, by where it is and what was wanted; never by what was sent."""
    first = fault.errors()[0]
    place, *names = (str(part) for part in first["loc"])
    if place == "body" and first["type"] == "json_invalid":
        return BodyMalformed("it breaks off or has a stray character")
    return ParameterInvalid(".".join(names) or place, say_parameter_fault(first))


def _read_http(request: Request, fault: HTTPException) -> Refusal:
    match fault.status_code:
        case 404:
            return PathUnknown()
        case 405:
            return MethodUnknown(_list_methods(request) or (fault.headers or {}).get("Allow", ""))
        case _:
            return BodyMalformed("it could not be read")


def _list_methods(request: Request) -> str:
    """Every method of this path: each is a route of its own, and Starlette names those of the first."""
    routes = [context.original_route for context in iter_route_contexts(request.app.routes)]
    methods = {
        method
        for route in routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
