"""Jobs: promised with a transaction, carried out afterwards, never lost and never silent."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app import worker
from app.core.clock import SetClock
from app.core.database import Database
from app.core.settings import Settings
from app.job_worker import JobWorker
from app.jobs import JobNotDead, JobNotFound, count_jobs, list_jobs, promise_job, retry_job
from app.web.runtime import Runtime
from app.wiring import build_runtime
from app.worker import SCHEDULES, Task, work_jobs
from tests.databases import SCHEME

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Diary:
    """A task that notes what it was given, and can be told to fail."""

    def __init__(self) -> None:
        self.entries: list[int] = []
        self.written = threading.Event()
        self.failing = False

    def write(self, _runtime: Runtime, *, number: int) -> None:
        if self.failing:
            message = "the pen is dry, says resident@example.org"
            raise RuntimeError(message)
        self.entries.append(number)
        self.written.set()


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    made = Diary()
    monkeypatch.setattr(worker, "TASKS", (Task("diary.write", made.write),))
    monkeypatch.setattr(worker, "SCHEDULES", ())  # the minute may turn while a test counts jobs
    return made


@pytest.fixture
def runtime(database: Database, tmp_path: Path) -> Iterator[Runtime]:
    settings = Settings(data_dir=tmp_path, scheme=SCHEME, pool_size=4)
    url = database.engine.url.render_as_string(hide_password=False)
    made = build_runtime(settings, database_url=url, demo=True, clock=SetClock(NOW))
    yield made
    made.database.dispose()


def _promise(number: int, *, once: str | None = None) -> Callable[[Session], bool]:
    return lambda session: promise_job(session, task="diary.write", args={"number": number}, once=once)


def _work(runtime: Runtime) -> None:
    asyncio.run(work_jobs(runtime, wait=False))


def test_a_job_is_carried_out_when_its_transaction_committed_and_not_otherwise(runtime: Runtime, diary: Diary) -> None:
    def change_of_mind(session: Session) -> None:
        _promise(1)(session)
        raise LookupError

    with pytest.raises(LookupError):
        runtime.database.in_transaction(change_of_mind)
    assert runtime.database.in_transaction(_promise(2))
    _work(runtime)
    assert diary.entries == [2]
    assert runtime.database.in_transaction(count_jobs) == {"waiting": 0, "running": 0, "dead": 0}


def test_a_job_that_waits_already_is_not_promised_twice_and_the_transaction_goes_on(
    runtime: Runtime, diary: Diary
) -> None:
    def promise_both(session: Session) -> list[bool]:
        return [_promise(number, once="diary")(session) for number in (1, 2)] + [_promise(3)(session)]

    assert runtime.database.in_transaction(promise_both) == [True, False, True]
    _work(runtime)
    assert sorted(diary.entries) == [1, 3]


def test_a_job_that_keeps_failing_is_dead_seen_and_tried_again_by_hand(
    runtime: Runtime, diary: Diary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "ATTEMPTS", 1)
    diary.failing = True
    runtime.database.in_transaction(_promise(7))
    _work(runtime)
    waiting = runtime.database.in_transaction(lambda s: list_jobs(s, state="waiting", after=None, limit=10)).items
    assert [job.attempts for job in waiting] == [1], "it is tried again by itself, later"
    runtime.database.in_transaction(lambda s: s.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now()")))
    _work(runtime)
    (dead,) = runtime.database.in_transaction(lambda s: list_jobs(s, state="dead", after=None, limit=10)).items
    assert (dead.task, dead.state, dead.attempts) == ("diary.write", "dead", 2)
    told = capsys.readouterr().err
    assert '"fault": "RuntimeError"' in told
    assert "resident@example.org" not in told, "what a fault says may hold personal data"
    diary.failing = False
    runtime.database.in_transaction(lambda s: retry_job(s, number=dead.number, now=NOW))
    with pytest.raises(JobNotDead):
        runtime.database.in_transaction(lambda s: retry_job(s, number=dead.number, now=NOW))
    _work(runtime)
    assert diary.entries == [7]
    with pytest.raises(JobNotFound):
        runtime.database.in_transaction(lambda s: retry_job(s, number=dead.number, now=NOW))


def test_what_a_dead_worker_was_at_is_done_by_the_next(runtime: Runtime, diary: Diary) -> None:
    runtime.database.in_transaction(_promise(5))

    def die_at_it(session: Session) -> None:
        session.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')")
        )
        session.execute(
            text(
                "UPDATE procrastinate_jobs"
                " SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
            )
        )

    runtime.database.in_transaction(die_at_it)
    _work(runtime)
    assert diary.entries == [5]


def test_a_worker_beside_a_server_does_what_is_promised_and_stops_when_told(runtime: Runtime, diary: Diary) -> None:
    beside = JobWorker(runtime)
    beside.start()
    try:
        runtime.database.in_transaction(_promise(9))
        assert diary.written.wait(20)
    finally:
        beside.stop(10)
    assert not beside._thread.is_alive()


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_what_is_scheduled_can_be_run_on_an_empty_scheme_and_stands_in_the_reference(
    runtime: Runtime, schedule: worker.Schedule
) -> None:
    schedule.run(runtime)
    page = (Path(__file__).parents[2] / "docs" / "reference" / "jobs.md").read_text(encoding="utf-8")
    assert f"| `{schedule.name}` | `{schedule.cron}` | {schedule.does} |" in page


def test_the_reference_names_no_schedule_that_there_is_not() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "jobs.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z_.-]+)` \|", page, re.MULTILINE)
    assert sorted(told) == sorted(schedule.name for schedule in SCHEDULES)
