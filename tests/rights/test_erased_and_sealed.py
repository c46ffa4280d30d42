"""Whoever leaves takes nothing out of what was sealed, and nobody goes on in their place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from app.identity.logins import LoginKeys, Proof, Side
from app.identity.sessions import Browser, begin_session
from tests.api.city import City, build_city
from tests.api.conftest import NOW
from tests.earning.world import ride

Run = Callable[..., Result]
SECRET_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def run(database_url: str, secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rewards` in this process."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIGNING_KEY", secrets.signing_key_pem)
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    return lambda *words: CliRunner().invoke(program, list(words))


@pytest.fixture
def city(run: Run, database: Database) -> City:
    """Two residents with points of rides and a voucher each, sealed; the secrets are the command line's."""
    assert run is not None, "it sets the environment"
    made = build_city(database, resolve_secrets(Settings(), demo=False), NOW, points=0)
    for resident in (0, 1):
        for day in range(9):
            at = NOW - timedelta(days=day, hours=2)
            made.world.send([ride(day * 10 + resident, at, 15_000, card=resident)])
    return made


def leave(city: City) -> None:
    """Knowing how many points are lost."""
    balance = city.balance(0)
    query = f"?forfeit_points={balance['available'] + balance['held']}"
    left = city.http.delete(f"/v1/me{query}", headers=city.resident(0))
    assert (left.status_code, "erased_at" in left.json()) == (200, True), left.text


def test_after_an_erasure_the_books_and_their_seals_verify(run: Run, city: City) -> None:
    taken = city.take("drink").json()
    assert city.redeem(taken["code"]).status_code == 200
    assert run("seal").exit_code == 0
    kept = city.http.get("/v1/register/seals").json()["items"][0]
    leave(city)
    verified = run("verify-ledger")
    assert (verified.exit_code, verified.stdout[:20]) == (0, "The ledger is right:"), verified.stdout
    assert run("seal").stdout.startswith(f"Seal {kept['number'] + 1} covers")
    assert run("verify-ledger").exit_code == 0
    assert city.http.get("/v1/register/seals").json()["items"][1] == kept


def test_a_session_in_a_browser_ends_with_the_person(city: City) -> None:
    keys, secret = LoginKeys(city.runtime.secrets), "a-secret-of-a-cookie"
    proof = Proof("urn:test", "somebody", None, NOW)

    def begin(session: object) -> None:
        begin_session(
            session,  # type: ignore[arg-type]
            side=Side.RESIDENT,
            person=city.residents[0],
            proof=proof,
            sealed=keys.seal(Side.RESIDENT, proof),
            browser=Browser(secret, "Firefox on Windows"),
            replaced=None,
            now=NOW,
        )

    city.runtime.database.in_transaction(begin)
    browser = TestClient(city.app, cookies={"slr_session": secret})
    assert browser.get("/v1/me").status_code == 200
    leave(city)
    gone = browser.get("/v1/me")
    assert (gone.status_code, gone.json()["code"]) == (401, "session-ended")
    assert browser.get("/you").url.path == "/sign-in"
    assert "Sign in" in browser.get("/you").text
