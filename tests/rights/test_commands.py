"""rewards purge, wind-down and atrs, as an operator runs them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.clock import SystemClock, london_date
from app.core.database import Database
from app.core.secret_store import Secrets
from app.identity.service import create_officer
from app.rights.retention import KINDS
from tests.earning.world import build_world


def run(*words: str) -> Result:
    return CliRunner().invoke(program, list(words))


@pytest.fixture
def officer(
    tmp_path: Path, database: Database, database_url: str, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> str:
    """An admin of a scheme with rules; the id."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SIGNING_KEY", secrets.signing_key_pem)
    monkeypatch.setenv("SECRET_KEY", "c2VjcmV0LWtleS1vZi1hdC1sZWFzdC0zMi1ieXRlcyE=")
    build_world(database, secrets, residents=1)
    now = SystemClock().now()
    return database.in_transaction(
        lambda session: create_officer(session, name="A", email="a@example.org", roles=["admin"], now=now)
    ).public_id


def test_an_operator_purges_winds_down_and_writes_the_record(officer: str) -> None:
    told = run("purge", "--dry-run")
    assert [line.partition(":")[0] for line in told.output.splitlines()] == list(KINDS)
    assert run("purge").output.count(": 0 purged") == len(KINDS)
    assert "# Algorithmic transparency record" in run("atrs").output
    assert "not being wound down" in run("wind-down").output
    today = london_date(SystemClock().now())
    order = ("--notice", "The scheme ends.", "--officer", officer)
    short = run("wind-down", "--ends-on", f"{today + timedelta(days=5):%Y-%m-%d}", *order)
    assert (short.exit_code, "at least 90 days" in short.output) == (2, True)
    begun = run("wind-down", "--ends-on", f"{today + timedelta(days=100):%Y-%m-%d}", *order)
    assert "Earning has closed" in begun.output
    assert date.fromisoformat(begun.output.split("just before ")[1][:10]) == today + timedelta(days=100)
