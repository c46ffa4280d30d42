from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import doors
from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets
from tests.doors.conftest import DOOR, HEADER, ride
from tests.earning.world import build_world

MAP = Path(__file__).parents[2] / "app" / "earning" / "maps" / "bike-rides.toml"
Run = Callable[..., Result]
SHORT = timedelta(seconds=0.5)


@pytest.fixture
def data_dir(tmp_path: Path, database_url: str, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SIGNING_KEY", secrets.signing_key_pem)
    monkeypatch.setenv("SECRET_KEY", "c2VjcmV0LWtleS1vZi1hdC1sZWFzdC0zMi1ieXRlcyE=")
    for name in ("REDIS_URL", "SCHEME", "LATE_WINDOW_DAYS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


@pytest.fixture
def run(data_dir: Path) -> Run:
    """`rewards` in this process, in a migrated scheme."""
    assert not data_dir.exists()
    runner = CliRunner()
    return lambda *words: runner.invoke(program, [str(word) for word in words])


def ask(database: Database, query: str) -> int:
    return int(database.in_transaction(lambda session: session.execute(text(query)).scalar()) or 0)


def put(data_dir: Path, content: str, name: str = "rides.csv") -> None:
    path = data_dir / "drop" / DOOR / name
    path.write_text(content)
    os.utime(path, (0, 0))


def test_a_door_is_opened_used_and_listed(run: Run, data_dir: Path) -> None:
    opened = run("open-door", DOOR, "--map", MAP, "--every", "daily")
    assert opened.exit_code == 0, opened.output
    assert str(data_dir / "drop" / DOOR) in opened.stdout
    put(data_dir, HEADER + ride(1))
    put(data_dir, HEADER + ride(2)[:-3], "cut.csv")
    worked = run("work-doors")
    assert worked.exit_code == 1
    assert f"{DOOR}/cut.csv: refused. The file cut.csv is not whole, line 2" in worked.stdout
    assert f"{DOOR}/rides.csv: done: read 1" in worked.stdout
    listed = run("list-doors")
    assert listed.exit_code == 0
    assert "expected on" in listed.stdout
    again = run("work-doors")
    assert (again.exit_code, again.stdout) == (0, "")


def test_without_a_door_the_list_says_how_to_open_one(run: Run) -> None:
    assert "rewards open-door" in run("list-doors").stdout


@pytest.mark.parametrize("name", ["done", "quarantine", "../up", "Bike", "x", "-rf", "a" * 41])
def test_a_door_has_a_plain_name(run: Run, data_dir: Path, name: str) -> None:
    refused = run("open-door", "--map", MAP, "--", name)
    assert refused.exit_code == 2
    assert "A door is named" in refused.stderr
    assert not (data_dir / "drop").exists()


def test_two_never_look_after_one_folder(run: Run, data_dir: Path) -> None:
    (data_dir / "drop").mkdir(parents=True)
    with (data_dir / "drop" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused = run("work-doors")
    assert refused.exit_code == 2
    assert "Another rewards work-doors" in refused.stderr


def test_a_file_that_is_still_being_written_is_waited_for(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("open-door", DOOR, "--map", MAP)
    put(data_dir, HEADER + ride(1))
    os.utime(data_dir / "drop" / DOOR / "rides.csv")
    monkeypatch.setattr(doors, "LOOK_EVERY_SECONDS", -10.0)  # give up at once
    left = run("work-doors")
    assert left.exit_code == 0
    assert "left for later" in left.stderr


def test_a_kill_in_the_middle_loses_nothing_and_counts_nothing_twice(
    run: Run, data_dir: Path, database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real command, killed while it imports, and started again. A row counted twice would show in the counts."""
    build_world(database, secrets)
    run("open-door", DOOR, "--map", MAP)
    rows, yesterday = 20_000, f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    put(data_dir, HEADER + "".join(f"k{n},nobody{n % 50},{yesterday},{yesterday},900\n" for n in range(rows)))
    command = [sys.executable, "-m", "app.cli", "work-doors"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    read = "SELECT CAST(counts->>'read' AS integer) FROM import_files"
    deadline = time.monotonic() + 60
    while not 0 < ask(database, read) < rows:
        assert time.monotonic() < deadline
        assert first.poll() is None
        time.sleep(0.005)
    first.kill()
    first.wait()
    assert 0 < ask(database, read) < rows
    monkeypatch.setattr("app.earning.importing.work.SILENCE", SHORT)
    time.sleep(SHORT.total_seconds())
    worked = run("work-doors")
    assert worked.exit_code == 0, worked.output
    assert f"read {rows}, not enrolled {rows}" in worked.stdout
    assert ask(database, "SELECT sum(events) FROM not_enrolled_counts") == rows
    assert ask(database, "SELECT attempt FROM import_files") == 2
