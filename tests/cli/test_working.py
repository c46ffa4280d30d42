"""A job that has given up is seen, tried again by hand and carried out; what a partner leaves open is seen too."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.database import Database
from app.jobs import promise_job
from app.redemption.service import ASK_PARTNER


def run(*words: str) -> Result:
    """`rewards` in this process."""
    return CliRunner().invoke(program, words)


def test_a_dead_job_is_seen_and_tried_again_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, database: Database
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    database.in_transaction(lambda session: promise_job(session, task=ASK_PARTNER, args={"redemption": 1}))
    gave_up = "UPDATE procrastinate_jobs SET status = 'failed', attempts = 10 RETURNING id"
    number = str(database.in_transaction(lambda session: session.execute(text(gave_up)).scalar_one()))
    assert run("list-jobs").stdout.splitlines()[0].startswith(f"{number}  {ASK_PARTNER}  10 attempts")
    assert "jobs dead" in run("list-jobs").stdout
    again = run("retry-job", number)
    assert (again.exit_code, again.stdout) == (0, f"Job {number} waits to be tried again.\n")
    assert run("retry-job", number).exit_code == 2, "it is not dead any more"
    assert run("list-jobs").stdout == "0 jobs dead.\n"
    assert run("list-jobs", "--state", "waiting").stdout.startswith(f"{number}  {ASK_PARTNER}")
    assert run("list-unanswered").stdout == "0 vouchers wait for an answer.\n"
