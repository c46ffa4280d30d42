"""The outermost layer: a request id in and out, one log line per request, security headers, and a calm 500.

Nothing of a request is logged but its method, the route's template, the status and how long it took: the raw path may
hold ids, and headers and bodies hold tokens and personal data. Of an unexpected error the log keeps the class and
where it happened, not its text, which may repeat what was sent.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.clock import SystemClock
from app.core.ids import uuid7
from app.web.problems import Problem

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""For answers that do not set their own, as pages do to allow their styles."""

STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
"""Two years. Never from a demonstration or a loopback address: a browser would refuse other programs there as well."""

STATIC_CACHING = "public, max-age=3600"

_log = structlog.get_logger("app.web.requests")


class RequestEnvelope:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, strict_transport: bool) -> None:
        self.app = app
        self._clock = SystemClock()
        self._headers = SECURITY_HEADERS | (STRICT_TRANSPORT if strict_transport else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self._take_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        own = {"Cache-Control": STATIC_CACHING} if scope["path"].startswith("/static/") else {}
        answer = _Answer(send, {HEADER: request_id, **self._headers, **own})
        started = time.perf_counter()
        try:
            await self.app(scope, receive, answer)
        except Exception as fault:  # noqa: BLE001 - the last place that can still answer
            _log.error("unexpected", fault=type(fault).__name__, at=_places(fault))
            if not answer.status:
                await Problem.unexpected().to_response()(scope, receive, answer)
        finally:
            spent = int((time.perf_counter() - started) * 1000)
            _log.info(
                "request",
                method=scope["method"],
                route=_template(scope),
                status=answer.status,
                duration_ms=spent,
            )

    def _take_id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(HEADER, "")
        return given if _SANE.fullmatch(given) else uuid7(self._clock.now()).hex


class _Answer:
    """Passes the answer on with the headers that every answer has; `status` is 0 until it has begun."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await self._send(message)


def _template(scope: MutableMapping[str, Any]) -> str:
    return getattr(scope.get("route"), "path", "(none)")


def _places(fault: BaseException) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(fault.__traceback__)[-8:]]
