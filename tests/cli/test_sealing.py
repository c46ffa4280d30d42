"""Seals from the command line and from the public register: made, kept by anybody, and checked against the copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.audit import SYSTEM, record_act
from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets
from app.ledger.seal_keys import SealKey
from app.ledger.seals import seal_entries
from tests.api.city import build_city
from tests.ledger.tampering import change_as_superuser

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rewards` in this process, on a migrated scheme, with the secrets of the test's own city."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIGNING_KEY", secrets.signing_key_pem)
    monkeypatch.setenv("SECRET_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    return lambda *words: CliRunner().invoke(program, [str(word) for word in words])


def note(database: Database, subject: str, now: datetime) -> None:
    database.in_transaction(lambda s: record_act(s, actor=SYSTEM, act="rule.stopped", subject=subject, now=now))


def test_books_are_sealed_and_checked_and_a_change_is_told_with_exit_1(
    run: Run, database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(database, "rule:rul_one", now)
    assert run("seal").stdout.startswith("Seal 1 covers 1 entries; its head is ")
    assert run("seal").stdout == "Nothing to seal.\n"
    note(database, "rule:rul_two", now)
    told = run("verify-ledger")
    assert (told.exit_code, told.stdout) == (
        0,
        "The ledger is right: 0 accounts, 0 transfers, 0 holds, 1 seals of 1 entries and 1 not sealed yet.\n",
    )
    database.in_transaction(
        lambda s: change_as_superuser(s, "UPDATE audit_acts SET subject = 'x' WHERE subject LIKE '%one'")
    )
    told = run("verify-ledger")
    assert told.exit_code == 1
    assert "Seal 1: an entry that it covers is not what was sealed" in told.stdout
    monkeypatch.delenv("SECRET_KEY")
    assert "The signatures of seals were not checked" in run("verify-ledger").stdout
    assert run("seal").exit_code == 2


def test_a_tail_that_was_cut_off_is_found_by_whoever_kept_what_the_register_said(
    run: Run, database: Database, secrets: Secrets, now: datetime, tmp_path: Path
) -> None:
    city = build_city(database, secrets, now, points=0)
    assert city.http.get("/v1/register/seals").json()["items"] == []
    for subject in ("rule:rul_one", "rule:rul_two"):
        note(database, subject, now)
        assert run("seal").exit_code == 0
    page = city.http.get("/v1/register/seals", params={"limit": 1})
    (newest,) = page.json()["items"]
    assert (newest["number"], page.json()["after"]) == (2, "2")
    assert city.http.get(page.links["next"]["url"]).json()["items"][0]["number"] == 1
    assert city.http.get("/v1/register/seals?after=x").json()["code"] == "cursor-unknown"
    copy = tmp_path / "copy.json"
    copy.write_text(page.text)
    assert run("verify-ledger", "--kept", copy).exit_code == 0
    database.in_transaction(
        lambda s: change_as_superuser(
            s, "DELETE FROM audit_acts WHERE subject LIKE '%two';DELETE FROM ledger_seals WHERE number = 2"
        )
    )
    for path in (tmp_path / "seals").iterdir():
        path.unlink()
    assert run("verify-ledger").exit_code == 0, "nothing in the database tells"
    told = run("verify-ledger", "--kept", copy)
    assert (told.exit_code, told.stdout.splitlines()[0]) == (
        1,
        "Seal 2 is gone: a copy of it is kept outside the database.",
    )
    copy.write_text("[]")
    assert run("verify-ledger", "--kept", copy).exit_code == 2


def test_anybody_can_check_the_signature_of_the_register(
    database: Database, secrets: Secrets, now: datetime, tmp_path: Path, run: Run
) -> None:
    city = build_city(database, secrets, now, points=0)
    note(database, "rule:rul_one", now)
    database.in_transaction(lambda s: seal_entries(s, key=SealKey(secrets), scheme="leeds", now=now))
    page = city.http.get("/v1/register/seals").json()
    (seal,) = page["items"]
    assert seal["statement"] == f"leeds: seal 1 of {seal['entries']} entries, head {seal['head']}"
    pem = tmp_path / "seals.pem"
    pem.write_text(page["public_key"])
    key = serialization.load_pem_public_key(pem.read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    key.verify(bytes.fromhex(seal["signature"]), seal["statement"].encode())
    assert run("verify-ledger", "--public-key", pem).exit_code == 0
    told = run("verify-ledger").stdout
    assert "was not signed with this scheme's key" in told, "the command's own secret is another than the city's"


def test_after_a_restore_nothing_is_sealed_or_served_until_somebody_says_so(
    run: Run, database: Database, now: datetime
) -> None:
    note(database, "rule:rul_one", now)
    far = "UPDATE audit_acts SET xid = '900000000'"
    database.in_transaction(lambda s: change_as_superuser(s, far))
    assert run("restore-seals").stdout.startswith("A new generation begins. Seal 1 covers 1 entries")
    reset = "ALTER TABLE {} ALTER generation SET DEFAULT 1"
    database.in_transaction(
        lambda s: change_as_superuser(s, ";".join(map(reset.format, ("ledger_transfers", "audit_acts"))))
    )
    database.in_transaction(lambda s: change_as_superuser(s, "DELETE FROM audit_acts WHERE act = 'seals.restored'"))
    for words in (("seal",), ("serve", "--port", "0")):
        told = run(*words)
        assert told.exit_code == 2
        assert "rewards restore-seals" in told.stderr
    assert run("restore-seals").exit_code == 0
    assert run("seal").stdout.startswith("Seal 2 covers 2 entries")
    assert run("verify-ledger").exit_code == 0
    acts = database.in_transaction(
        lambda s: s.execute(text("SELECT act, generation FROM audit_acts ORDER BY id")).all()
    )
    assert [tuple(row) for row in acts] == [("rule.stopped", 1), ("seals.restored", 2)]
