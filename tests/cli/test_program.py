from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import new_signing_key
from app.demo.mark import find_mark
from app.residents.service import enrol_resident

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rewards` in this process, in an empty DATA_DIR."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    for name in ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", "SCHEME", "SECRET_KEY", "SIGNING_KEY", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    runner = CliRunner()
    return lambda *words: runner.invoke(program, [str(word) for word in words])


@pytest.fixture
def run_in_scheme(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, with a migrated, empty scheme."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return run


def refused(result: Result) -> str:
    """The one line that a refusal prints."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    return lines[0]


def test_help_names_every_command(run: Run) -> None:
    told = run("--help").stdout
    for command in ("serve", "migrate", "seed-demo", "import", "verify-ledger", "explain", "create-officer", "expire"):
        assert command in told


def test_a_port_in_use_is_named_with_the_way_out(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = refused(run("serve", "--demo", "--port", port))
    assert str(port) in told
    assert "PORT=" in told


def test_without_secrets_nothing_is_served_outside_demo_mode(
    run_in_scheme: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "0")
    assert "SIGNING_KEY" in refused(run_in_scheme("serve"))


@pytest.mark.parametrize("words", [("demo-credentials", "--json"), ("import", "f", "--map", "m", "--demo-enrol")])
def test_demo_commands_are_refused_outside_demo_mode(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    sound = Path(__file__).parents[2] / "app" / "earning" / "maps" / "bike-rides.toml"
    assert "demo mode only" in refused(run(*(str(sound) if word == "m" else word for word in words)))
    assert not (tmp_path / "data" / "secrets.json").exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "eighty", "it must be a whole number"),
        ("PORT", "65536", "it must be 65535 or less"),
        ("SCHEME", "Leeds!", "it must be a small letter, and then"),
        ("LATE_WINDOW_DAYS", "0", "it must be 1 or more"),
        ("DATABASE_URL", "hunter2", "write it as postgresql://"),
        ("DATABASE_URL", "mysql://me:hunter2@localhost/x", "write it as postgresql://"),
        ("DATABASE_URL", "postgresql+asyncpg://me:hunter2@localhost/x", "write it as postgresql://"),
        ("DATABASE_URL", "postgresql://me:hunter2@localhost:port/x", "write it as postgresql://"),
        ("REDIS_URL", "hunter2", "write it as redis://"),
        ("REDIS_URL", "https://:hunter2@localhost", "write it as redis://"),
        ("REDIS_URL", "redis://:hunter2@localhost:port", "write it as redis://"),
        ("REDIS_URL", "redis://:hunter2@[::1", "write it as redis://"),
    ],
)
@pytest.mark.parametrize("command", ["verify-ledger", "serve"])
def test_a_setting_that_cannot_be_used_is_named_with_what_it_should_be(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    said = refused(run(command))
    assert said.startswith(f"Error: {name} is not usable: ")
    assert told in said
    assert "hunter2" not in said


def test_a_database_that_is_away_is_told_without_its_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://rewards:hunter2@127.0.0.1:1/rewards")
    told = refused(run("verify-ledger"))
    assert "DATABASE_URL" in told
    assert "hunter2" not in told


def test_a_scheme_without_tables_is_told_to_migrate(run_in_scheme: Run) -> None:
    assert "rewards migrate" in refused(run_in_scheme("--scheme", "york", "verify-ledger"))
    assert run_in_scheme("--scheme", "york", "migrate").exit_code == 0
    assert run_in_scheme("--scheme", "york", "verify-ledger").exit_code == 0


def test_the_models_and_the_migrations_agree(run_in_scheme: Run) -> None:
    assert run_in_scheme("migrate", "--check").exit_code == 0


def test_two_administrators_are_made_and_then_nobody(run_in_scheme: Run) -> None:
    words = ("create-officer", "--name", "Asha", "--email", "asha@leeds.example", "--role", "admin", "--role", "editor")
    made = run_in_scheme(*words)
    assert made.exit_code == 0
    assert made.stdout.startswith("Made off_")
    assert "already" in refused(run_in_scheme(*words))
    second = ("create-officer", "--name", "Ben", "--email", "ben@leeds.example", "--role", "admin")
    assert run_in_scheme(*second).exit_code == 0
    third = ("create-officer", "--name", "Cay", "--email", "cay@leeds.example", "--role", "auditor")
    assert "two administrators already" in refused(run_in_scheme(*third))


def test_a_way_in_for_the_first_officer_is_printed_once_and_for_nobody_unknown(
    run_in_scheme: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", base64.b64encode(bytes(32)).decode())
    monkeypatch.setenv("SIGNING_KEY", new_signing_key())
    made = run_in_scheme("create-officer", "--name", "Asha", "--email", "asha@leeds.example", "--role", "admin")
    invited = run_in_scheme("invite", made.stdout.split()[1])
    assert invited.exit_code == 0
    assert re.search(r"/invitation/[0-9A-Z]{8}-[0-9A-Z]{8}$", invited.stdout.splitlines()[0])
    assert "no officer, host or member of staff" in refused(run_in_scheme("invite", f"off_{'0' * 32}"))


def test_an_unknown_role_is_refused_with_the_known_ones(run_in_scheme: Run) -> None:
    told = refused(run_in_scheme("create-officer", "--name", "A", "--email", "a@b.example", "--role", "king"))
    assert "editor" in told


def test_no_demonstration_is_put_among_real_people(
    run_in_scheme: Run, database: Database, tmp_path: Path, now: datetime
) -> None:
    database.in_transaction(
        lambda session: enrol_resident(session, name="Somebody", connection="live", ward=None, enrolled_at=now, now=now)
    )
    assert "not marked as a demonstration" in refused(run_in_scheme("seed-demo"))
    assert find_mark(tmp_path / "data") is None
