"""The machines that may call, by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.clock import SystemClock
from app.core.database import Database
from app.identity.queries import find_client, find_client_by_secret

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Run:
    """`rewards` in this process, on a migrated, empty scheme."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(program, [str(word) for word in words])


def _knows(database: Database, secret: str) -> bool:
    now = SystemClock().now()
    return database.in_transaction(
        lambda session: find_client_by_secret(session, client_id="trams", secret=secret, now=now) is not None
    )


def test_a_machines_life_from_its_first_secret_to_its_end(run: Run, database: Database, tmp_path: Path) -> None:
    first = run("register-client", "trams", "--title", "Trams", "--scope", "events:read").stdout.strip()
    assert _knows(database, first)
    second = run("rotate-secret", "trams").stdout.strip()
    assert _knows(database, first)
    assert _knows(database, second)
    third = run("rotate-secret", "trams", "--overlap-hours", 0).stdout.strip()
    assert [_knows(database, secret) for secret in (first, second, third)] == [False, False, True]
    key = tmp_path / "public.json"
    key.write_text(json.dumps(ECKey.generate_key("P-256", private=False).as_dict()))
    kid = run("add-key", "trams", key).stdout.strip()
    assert run("add-key", "trams", key).exit_code == 2
    assert run("remove-key", "trams", kid).exit_code == 0
    assert run("switch-off", "trams").exit_code == 0
    assert not _knows(database, third)
    assert run("switch-off", "trams").exit_code == 2


@pytest.mark.parametrize("kid", ["-cf6lbV4IrA", "--help-me", "-"])
def test_a_key_whose_id_begins_with_a_dash_is_removed_like_any_other(run: Run, tmp_path: Path, kid: str) -> None:
    key = tmp_path / "public.json"
    key.write_text(json.dumps({**ECKey.generate_key("P-256", private=False).as_dict(), "kid": kid}))
    run("register-client", "trams", "--title", "Trams", "--scope", "events:read")
    assert run("add-key", "trams", key).stdout.strip() == kid
    assert run("remove-key", "trams", kid).exit_code == 0


def test_a_machine_with_a_key_is_given_no_secret(run: Run, database: Database, tmp_path: Path) -> None:
    key = tmp_path / "public.json"
    key.write_text(json.dumps(ECKey.generate_key("P-256", private=False).as_dict()))
    made = run("register-client", "trams", "--title", "Trams", "--scope", "events:read", "--key", key)
    assert (made.exit_code, made.stdout) == (0, "")
    assert database.in_transaction(lambda session: find_client(session, client_id="trams")) is not None


@pytest.mark.parametrize("content", ["", "[]", "no", '{"kty": "oct", "k": "c2VjcmV0"}'])
def test_a_file_that_holds_no_key_registers_nobody(run: Run, database: Database, tmp_path: Path, content: str) -> None:
    key = tmp_path / "public.json"
    key.write_text(content)
    made = run("register-client", "trams", "--title", "Trams", "--scope", "events:read", "--key", key)
    assert made.exit_code == 2
    assert "c2VjcmV0" not in made.output
    assert database.in_transaction(lambda session: find_client(session, client_id="trams")) is None


def test_a_partner_that_is_none_is_told(run: Run) -> None:
    words = ("register-client", "till", "--title", "Till", "--scope", "vouchers:redeem", "--partner", "par_nonsense")
    refused = run(*words)
    assert (refused.exit_code, "no partner" in refused.stderr) == (2, True)
