"""What partners run: a till that is asked, and a server for each that takes webhooks; real ones, on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

Answer = Callable[[bytes, dict[str, str]], tuple[int, dict[str, Any]]]
"""From body and headers to a status and what is said; a status below 0 is no answer at all."""


@dataclass
class Receiver:
    """Takes one partner's webhooks, each checked by the library; `taken` are their numbers, as often as they came."""

    secret: str = ""
    broken: bool = False
    slow_seconds: float = 0.0
    taken: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self.lock:
            told = Webhook(self.secret).verify(body, headers)
            if self.broken:
                return 503, {}
            self.taken.append(headers["webhook-id"])
            self.types.append(told["type"])
        time.sleep(self.slow_seconds)
        return 204, {}


@contextmanager
def serving_all(answers: dict[str, Answer]) -> Iterator[str]:
    """Their address on loopback; `answers` are by path, and more may come."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, said = answers[self.path](body, {name.lower(): value for name, value in self.headers.items()})
            if status < 0:
                self.close_connection = True
                return
            content = json.dumps(said).encode() if said else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (BrokenPipeError, ConnectionResetError):  # whoever asked was killed
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
