"""The thread of a server that works on operators' files, whichever way they came."""

from __future__ import annotations

import threading

import structlog

from app.core.clock import Clock
from app.core.database import Database
from app.earning.importing.work import ImportTools, work_next

LOOK_EVERY_SECONDS = 1.0
REST_SECONDS = 10.0
"""After something went wrong, such as a database that is away."""

_log = structlog.get_logger("app.earning.importing")


class ImportWorker:
    """Works until it is told to stop, and then leaves a file that is half done to whoever comes next.

    There may be one in each of several processes: a file is only ever worked on by one of them.
    """

    def __init__(self, database: Database, tools: ImportTools, clock: Clock) -> None:
        self._database, self._tools, self._clock = database, tools, clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="import-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Tell it to stop, and wait for that at most so long."""
        self._stop.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(LOOK_EVERY_SECONDS if self._work() else REST_SECONDS)

    def _work(self) -> bool:
        """Work on everything that waits; False when something went wrong."""
        try:
            while not self._stop.is_set():
                file = work_next(self._database, tools=self._tools, clock=self._clock, stop=self._stop.is_set)
                if file is None:
                    return True
                _log.info("import", id=file.written_id, door=file.door, status=file.status, code=file.reason_code)
        except Exception as fault:  # noqa: BLE001 - the worker must outlive a database that is away
            _log.error("import broke down", fault=type(fault).__name__)
            return False
        return True
