"""How long an address and its headers may be: more than any client of ours sends, far less than hurts."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.faults import AddressTooLong, HeadersTooLarge
from app.web.problems import Problem

LONGEST_ADDRESS = 8 << 10
HEADERS_LIMIT_BYTES = 16 << 10
MOST_HEADERS = 100
PARSER_LIMIT_BYTES = 64 << 10
"""What the server itself reads of a request's head before it hangs up, so that ours is the one that answers."""


class HeaderGate:
    """ASGI middleware in front of whatever looks at the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            refusal = _find_excess(scope)
            if refusal is not None:
                response = Problem.of(refusal).to_response()
                response.headers["Connection"] = "close"  # what else it sends is not worth reading
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _find_excess(scope: Scope) -> AddressTooLong | HeadersTooLarge | None:
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
        return AddressTooLong(limit_bytes=LONGEST_ADDRESS)
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > HEADERS_LIMIT_BYTES:
        return HeadersTooLarge(limit_bytes=HEADERS_LIMIT_BYTES, most=MOST_HEADERS)
    return None
