"""What routes say about their answers in OpenAPI, and how pages of a list and kept answers leave."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from app.ledger.commands import Answer
from app.web.problems import MEDIA_TYPE, tell_problem

ALWAYS = (414, 431, 500, 503)
SIGNED_IN = (401, 403)
REASONS = {
    400: "What was sent is malformed.",
    401: "There is no access token, or it is not good here.",
    403: "The token is good but does not allow this.",
    404: "There is no such thing for this caller.",
    409: "The present state of things forbids it.",
    412: "It has changed since it was read.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is of a type that is not read here.",
    422: "What was sent is understood and can't be accepted.",
    429: "Too many tries. Retry-After says when to come back.",
    431: "The headers are too large.",
    500: "Something went wrong on our side.",
    503: "The service is busy or being mended. Retry-After says when to come back.",
}


class Shape(BaseModel):
    """Base of what the API answers."""

    model_config = ConfigDict(frozen=True)


class ProblemShape(BaseModel):
    """An RFC 9457 problem; facts of the refusal stand beside these members."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str


def declines(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route can answer with, for its `responses`; those of any route go without saying."""
    return {
        status: {
            "description": REASONS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, *ALWAYS})
    }


def takes(*media: tuple[str, Any]) -> dict[str, Any]:
    """A required body, for a route's `openapi_extra`: each media type with a msgspec Struct or a schema."""
    content = {name: {"schema": shape if isinstance(shape, dict) else _schema(shape)} for name, shape in media}
    return {"requestBody": {"required": True, "content": content}}


def _schema(shape: type[msgspec.Struct]) -> dict[str, Any]:
    parts = msgspec.json.schema(shape)["$defs"]
    schema: dict[str, Any] = _inline(parts[shape.__name__], parts)
    return schema


def _inline(schema: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Without references, which would point to nowhere in the whole document."""
    if isinstance(schema, list):
        return [_inline(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {name: _inline(one, parts) for name, one in schema.items()}


def link_next(response: Response, path: str, **query: str | int | None) -> None:
    """Point to the next page, when there is one (`after` is not None)."""
    if query.get("after") is not None:
        written = urlencode({name: value for name, value in query.items() if value is not None})
        response.headers["Link"] = f'<{path}?{written}>; rel="next"'


def respond(answer: Answer) -> JSONResponse:
    """An answer as it was first given, problems too."""
    if answer.status >= 400:  # noqa: PLR2004 - problems begin here
        return tell_problem(answer.body, answer.status)
    return JSONResponse(answer.body, answer.status)
