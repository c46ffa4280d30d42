"""Makes the OpenAPI 3.1 document say what the server does: problems in place of FastAPI's own error shapes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.identity.permissions import SCOPES
from app.web.api.answers import ProblemShape

_FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Have `app.openapi()` give the document, made once."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_write(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to change the document


def _write(app: FastAPI) -> dict[str, Any]:
    scopes = "\n".join(f"- `{name}`: {meaning}" for name, meaning in SCOPES.items())
    document = get_openapi(
        title="Smart Leeds Rewards",
        version="1",
        summary="Events become points become rewards, exactly and explained.",
        description=f"Errors are RFC 9457 problems with a stable `code`. Times are RFC 3339, UTC.\n\nScopes:\n{scopes}",
        routes=app.routes,
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_ERRORS:
        schemas.pop(name, None)
    schemas["Problem"] = ProblemShape.model_json_schema()
    for path in document["paths"].values():
        for operation in path.values():
            _drop_fastapi_error(operation["responses"])
    return document


def _drop_fastapi_error(responses: dict[str, Any]) -> None:
    """FastAPI documents a 422 of its own for every parameter; ours are problems, and are listed by each route."""
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
