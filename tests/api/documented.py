"""Holds every answer that a test gets to the OpenAPI document."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import schemathesis
from fastapi import FastAPI

from app.web.api import routes
from app.web.openapi import describe


def _write_document() -> dict[str, Any]:
    """The document alone needs no running server."""
    app = FastAPI()
    app.include_router(routes.router)
    describe(app)
    return app.openapi()


DOCUMENT = _write_document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
_OPERATIONS = {
    (method.upper(), re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))): SCHEMA[path][method.upper()]
    # A path without a parameter is the one meant, as OpenAPI has it.
    for path, methods in sorted(DOCUMENT["paths"].items(), key=lambda item: "{" in item[0])
    for method in methods
}


def check_documented(response: httpx2.Response) -> None:
    """Raise unless the answer's status, media type, headers and content are told for its route."""
    request = response.request
    for (method, template), operation in _OPERATIONS.items():
        if method == request.method and template.fullmatch(request.url.path):
            request.read()  # a form is a stream until somebody has read it
            response.read()
            operation.validate_response(response)
            return
