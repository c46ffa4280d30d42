"""The thread of a server that works on the back-tests that officers ask for."""

from __future__ import annotations

import threading

import structlog

from app.backtest.attaching import attach_to_draft
from app.backtest.work import work_next_backtest
from app.core.clock import Clock
from app.core.database import Database

LOOK_EVERY_SECONDS = 1.0
REST_SECONDS = 10.0
"""After something went wrong, such as a database that is away."""

_log = structlog.get_logger("app.backtest")


class BacktestWorker:
    """Works until it is told to stop, and then leaves what is half done to whoever comes next.

    There may be one in each of several servers: a back-test is only ever worked on by one of them.
    """

    def __init__(self, database: Database, *, scheme: str, clock: Clock, processes: int) -> None:
        self._database, self._scheme, self._clock, self._processes = database, scheme, clock, processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backtest-worker", daemon=True)

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
                done = work_next_backtest(
                    self._database,
                    scheme=self._scheme,
                    clock=self._clock,
                    processes=self._processes,
                    attach=attach_to_draft,
                    stop=self._stop.is_set,
                )
                if done is None:
                    return True
                _log.info("back-test", id=done.public_id.hex, status=done.status, residents=done.residents)
        except Exception as fault:  # noqa: BLE001 - the worker must outlive a database that is away
            _log.error("back-test broke down", fault=type(fault).__name__)
            return False
        return True
