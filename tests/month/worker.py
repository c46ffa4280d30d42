"""The real worker as a process of its own, to be killed: `python -m tests.month.worker`, told the time by NOW.

The clock's own schedules are left out: they would run by the machine's clock, which is another one.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime

from app import worker
from app.core.clock import SetClock
from app.core.settings import Settings
from app.wiring import build_runtime


def main() -> None:
    """Work on every job that waits."""
    vars(worker)["SCHEDULES"] = ()
    settings = Settings()
    assert settings.database_url is not None, "it is told"
    clock = SetClock(datetime.fromisoformat(os.environ["NOW"]))
    runtime = build_runtime(settings, database_url=settings.database_url, demo=True, clock=clock)
    asyncio.run(worker.work_jobs(runtime, wait=False))


if __name__ == "__main__":
    main()
