"""The real server on a real port, for what only sockets show."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


@contextmanager
def served(app: FastAPI, config: uvicorn.Config | None = None) -> Iterator[tuple[str, int]]:
    """Run uvicorn on a free port until the block ends; gives its address."""
    server = uvicorn.Server(config or uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    server.config.host, server.config.port = "127.0.0.1", 0
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            assert thread.is_alive(), "the server ended at once"
            time.sleep(0.02)
        yield "127.0.0.1", server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
