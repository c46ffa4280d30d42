"""A worker beside a server: a thread that carries out jobs for as long as the server runs."""

from __future__ import annotations

import asyncio
import threading
from typing import Final

import structlog

from app.web.runtime import Runtime
from app.worker import work_jobs

REST_SECONDS: Final = 5.0
"""After the database went away."""

_log = structlog.get_logger("app.worker")


class JobWorker:
    """A thread that works until it is told to stop. There may be one in each of several processes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._thread = threading.Thread(target=self._run, name="job-worker", daemon=True)
        self._stop = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Tell it to stop, and wait for that at most so long; what it leaves undone, the next one does."""
        self._stop.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        """A database that is away is tried again, for as long as we run."""
        told_to_stop = asyncio.create_task(asyncio.to_thread(self._stop.wait))
        while not self._stop.is_set():
            working = asyncio.create_task(work_jobs(self._runtime, wait=True))
            await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
            working.cancel()
            try:
                await working
            except asyncio.CancelledError:
                return
            except Exception as fault:  # noqa: BLE001 - the worker must outlive a database that is away
                _log.error("worker broke down", fault=type(fault).__name__)
                await asyncio.wait({told_to_stop}, timeout=REST_SECONDS)
