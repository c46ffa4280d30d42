"""A leisure operator's system, with books of its own: in this process, or as a real server on loopback.

It can refuse, fall silent, answer slowly, and do the work while its answer is lost.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

SECRET = "the operator's own"


@dataclass
class LeisureBooks:
    """`passes` by reference. `mood`: well, refuses, member, keeps (takes none back), broken (a 500) or lost.

    What is lost is done, and the answer to it never arrives.
    """

    mood: str = "well"
    slow_seconds: float = 0.0
    passes: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def activate(self, reference: str) -> None:
        self.passes[reference]["status"] = "active"

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status and what is said; -1 for no answer at all."""
        with self.lock:
            self.asked.append(method)
            if self.mood == "broken":
                return 500, {}
            if token != f"Bearer {SECRET}":
                return 401, {"detail": "Who are you?"}
            status, said = self._serve(method, path.rpartition("/")[2], body)
            return (-1, {}) if self.mood == "lost" else (status, said)

    def _serve(self, method: str, reference: str, body: bytes) -> tuple[int, dict[str, Any]]:
        known = self.passes.get(reference)
        if method == "GET":
            return (200, known) if known else (404, {"detail": "No such pass."})
        if method == "DELETE":
            if known and (known["status"] == "active" or self.mood == "keeps"):
                return 409, {"detail": "The pass is in use."}
            if known:
                known["status"] = "cancelled"
            return (204, {}) if known else (404, {})
        if known is None:
            if self.mood == "refuses":
                return 409, {"detail": "The pool is closed for repairs"}
            if self.mood == "member":
                return 409, {"code": "already-a-member", "detail": "You are a member already."}
            known = {"pass_id": f"P{len(self.passes) + 1}", "status": "waiting", **json.loads(body)}
            self.passes[reference] = known
        return 200, known

    def as_transport(self) -> httpx.MockTransport:
        """For a client in this process."""

        def serve(request: httpx.Request) -> httpx.Response:
            token = request.headers.get("authorization", "")
            status, said = self.answer(request.method, request.url.path, token, request.content)
            if status < 0:
                message = "no answer"
                raise httpx.ReadError(message, request=request)
            return httpx.Response(status, json=said)

        return httpx.MockTransport(serve)


@contextmanager
def serving(books: LeisureBooks) -> Iterator[str]:
    """Its address on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            time.sleep(books.slow_seconds)
            length = int(self.headers.get("Content-Length") or 0)
            token = self.headers.get("Authorization") or ""
            status, said = books.answer(self.command, self.path, token, self.rfile.read(length))
            if status < 0:
                self.close_connection = True
                return
            content = b"" if status == httpx.codes.NO_CONTENT else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_DELETE = do_PUT  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
