"""Work that a transaction promises and a worker carries out afterwards, at least once: procrastinate's tables.

A job is promised on the caller's own connection, so it exists exactly when what it is about was committed. What a job
is given are ids only, never personal data: they stand in the table until the job is done. A job that failed for good
stays and can be seen (`list_jobs`) until somebody has it tried again (`retry_job`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import Connection
from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Conflict, NotFound
from app.core.paging import CursorUnknown, Page, clamp_limit

# Never opened: every job is promised on a connection that is handed in.
_PROMISES: Final = App(connector=SyncPsycopgConnector())

_NUMBER: Final = re.compile(r"[0-9]{1,18}")

STATES: Final = {"waiting": "todo", "running": "doing", "done": "succeeded", "dead": "failed"}
"""What people read, and what procrastinate calls it."""

_LIST: Final = text("""
    SELECT j.id, j.task_name, j.status, j.attempts, j.scheduled_at,
           (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) AS changed_at
    FROM procrastinate_jobs j
    WHERE j.status = CAST(:status AS procrastinate_job_status) AND j.id < :before
    ORDER BY j.id DESC
    LIMIT :limit
""")


class JobNotFound(NotFound):
    """There is no such job, or it is done and forgotten."""

    code = "job-not-found"

    def __init__(self) -> None:
        super().__init__("There is no job with this number. A job that was carried out is forgotten.")


class JobNotDead(Conflict):
    """Only a job that has given up is tried again by hand."""

    code = "job-not-dead"

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This job is {state}, so there is nothing to try again.")


@dataclass(frozen=True)
class JobRead:
    """`state` is one of STATES; `due_at` is None for at once, `changed_at` when it last changed its state."""

    number: int
    task: str
    state: str
    attempts: int
    due_at: datetime | None
    changed_at: datetime | None


def promise_job(
    session: Session, *, task: str, args: Mapping[str, int | str], lock: str | None = None, once: str | None = None
) -> bool:
    """Have `task` (a name of `app.worker`) carried out once this transaction has committed.

    Jobs with one `lock` never run side by side. While a job with the same `once` waits, no second one is added, and the
    answer is False.
    """
    try:
        # A refused second one must not take the caller's transaction with it.
        with session.begin_nested():
            _PROMISES.configure_task(
                task, lock=lock, queueing_lock=once, task_kwargs=dict(args), connection=_driver_connection(session)
            ).defer()
    except AlreadyEnqueued:
        return False
    return True


def list_jobs(session: Session, *, state: str, after: str | None, limit: int) -> Page[JobRead]:
    """Newest first; `state` is one of STATES. Raises CursorUnknown."""
    if after is not None and not _NUMBER.fullmatch(after):
        raise CursorUnknown
    size = clamp_limit(limit)
    given = {"status": STATES[state], "before": int(after) if after else 2**62, "limit": size + 1}
    rows = session.execute(_LIST, given).all()
    items = tuple(
        JobRead(row.id, row.task_name, state, row.attempts, row.scheduled_at, row.changed_at) for row in rows[:size]
    )
    return Page(items, str(items[-1].number) if len(rows) > size else None)


def count_jobs(session: Session) -> dict[str, int]:
    """How many there are in each of STATES but done, which are forgotten."""
    rows = session.execute(text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"))
    counted = {status: int(count) for status, count in rows}
    return {state: counted.get(status, 0) for state, status in STATES.items() if state != "done"}


def parse_number(written: str) -> int:
    """Raises JobNotFound for what no job is called."""
    if not _NUMBER.fullmatch(written):
        raise JobNotFound
    return int(written)


def retry_job(session: Session, *, number: int, now: datetime) -> None:
    """Have a dead job tried again at once. Raises JobNotFound or JobNotDead."""
    status = session.execute(
        text("SELECT status::text FROM procrastinate_jobs WHERE id = :id FOR UPDATE"), {"id": number}
    ).scalar()
    if status is None:
        raise JobNotFound
    if status != STATES["dead"]:
        raise JobNotDead(state=next((state for state, known in STATES.items() if known == status), status))
    session.execute(text("SELECT procrastinate_retry_job_v2(:id, :now, NULL, NULL, NULL)"), {"id": number, "now": now})


def _driver_connection(session: Session) -> Connection[Any]:
    return cast(Connection[Any], session.connection().connection.driver_connection)
