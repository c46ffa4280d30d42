"""A demonstration is found again from another terminal and on another day, or it is said what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.cli.serving import how_to_try
from app.core.settings import Settings
from app.demo.mark import DemoMark, find_mark, write_mark
from app.main import create_app
from tests.api.serving import served
from tests.demo.conftest import Demo

Run = Callable[..., Result]


@pytest.fixture
def data_dir(demo: Demo, tmp_path: Path) -> Path:
    """A DATA_DIR with the demonstration's secrets and no mark, at a path that a shell has to quote."""
    folder = tmp_path / "my data"
    folder.mkdir()
    shutil.copy2(demo.data_dir / "secrets.json", folder)
    return folder


@pytest.fixture
def run(demo: Demo, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATA_DIR", str(data_dir))
    monkeypatch.setenv("DATABASE_URL", demo.database_url)
    runner = CliRunner()
    return lambda *words: runner.invoke(program, [str(word) for word in words])


@pytest.mark.parametrize(
    "words", [("demo-credentials",), ("verify-ledger",), ("migrate",), ("seed-demo",), ("serve", "--port", "0")]
)
def test_a_demonstration_in_a_given_database_asks_for_it_again_and_starts_no_empty_one(
    run: Run, data_dir: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    assert run("seed-demo").exit_code == 0
    assert find_mark(data_dir) == DemoMark("http://127.0.0.1:8000", database_given=True)
    address = os.environ["DATABASE_URL"]
    assert address not in (data_dir / "demo.json").read_text(encoding="utf-8")
    monkeypatch.delenv("DATABASE_URL")
    refused = run(*words)
    assert refused.exit_code == 2
    assert "lives in the database of DATABASE_URL. Set it again" in refused.stderr
    assert not (data_dir / "postgres").exists()
    monkeypatch.setenv("DATABASE_URL", address)
    assert run("demo-credentials").exit_code == 0


def test_a_demonstration_of_data_dir_stays_there_when_another_database_is_tried(run: Run, data_dir: Path) -> None:
    write_mark(data_dir, DemoMark("http://127.0.0.1:8000"))
    assert run("seed-demo").exit_code == 0
    assert find_mark(data_dir) == DemoMark("http://127.0.0.1:8000")


def test_the_printed_walk_can_be_taken_twice_in_another_terminal(
    demo: Demo, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "bin" / "rewards"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(command)])
    settings = Settings(data_dir=data_dir, database_url=demo.database_url)
    heading, _, walk = how_to_try(settings).strip().partition("\n")
    assert heading == "In another terminal, with the same DATABASE_URL:"
    assert demo.database_url not in walk
    walk = "set -euo pipefail\n" + walk.rpartition("docs/tutorial/first-award.md")[0]
    terminal = {name: value for name, value in os.environ.items() if name != "DATA_DIR"}
    runtime = demo.runtime()
    with served(create_app(runtime)) as (host, port):
        write_mark(data_dir, DemoMark(f"http://{host}:{port}", database_given=True))
        for _ in range(2):
            done = subprocess.run(
                ["bash", "-c", walk],  # noqa: S607 - the machine's own shell, as the reader's
                env=terminal | {"DATABASE_URL": demo.database_url},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            # The tap is new each time. Before the peak of a working day it earns points at once.
            assert re.search('"status":"(recorded|awarded)"', done.stdout), done.stdout
            assert '"sentences"' in done.stdout
            assert '"status":"redeemed"' in done.stdout


def test_the_walk_of_the_default_demonstration_needs_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/rewards"])
    for name in ("DATA_DIR", "DATABASE_URL", "SCHEME", "SECRET_KEY", "SIGNING_KEY"):
        monkeypatch.delenv(name, raising=False)
    told = how_to_try(Settings())
    assert told.startswith('\nIn another terminal:\n  eval "$(.venv/bin/rewards demo-credentials)"\n')


def test_the_walk_of_another_scheme_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["rewards"])
    told = how_to_try(Settings(scheme="york", data_dir=tmp_path))
    assert f'eval "$(DATA_DIR={tmp_path} SCHEME=york rewards demo-credentials)"' in told
