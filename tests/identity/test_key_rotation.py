"""A signing key is replaced, and nobody is signed out before their time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli.program import program
from app.core.clock import SystemClock
from app.core.errors import Misconfigured
from app.core.secret_store import Secrets, read_verifying_keys, resolve_secrets
from app.core.settings import Settings
from app.demo.mark import DemoMark, write_mark
from app.identity.errors import InvalidToken
from app.identity.key_record import note_signing_key
from app.identity.tokens import TokenIssuer

ISSUER = "urn:smart-leeds-rewards:leeds"
HOUR = timedelta(hours=1)


def _mint(secrets: Secrets, now: datetime, lasts: timedelta = HOUR) -> str:
    return TokenIssuer(secrets, ISSUER).mint("leeds-buses", "events:read", "leeds-buses", lasts, now)


def _accepts(secrets: Secrets, token: str, now: datetime) -> bool:
    try:
        TokenIssuer(secrets, ISSUER).read(token, now)
    except InvalidToken:
        return False
    return True


def _kids(secrets: Secrets, now: datetime) -> list[str]:
    return [key["kid"] for key in TokenIssuer(secrets, ISSUER).publish_keys(now)["keys"]]


def test_the_demonstration_rotates_in_one_step(tmp_path: Path) -> None:
    settings, now = Settings(data_dir=tmp_path), SystemClock().now()
    before = resolve_secrets(settings, demo=True)
    old = _mint(before, now, timedelta(days=9))
    write_mark(tmp_path, DemoMark("http://127.0.0.1:8000", database_given=False))
    told = CliRunner().invoke(program, ["rotate-keys"], env={"DATA_DIR": str(tmp_path)})
    assert told.exit_code == 0, told.output
    after = resolve_secrets(settings, demo=True)
    assert after.signing_key_pem != before.signing_key_pem
    assert after.key_for("voucher code") == before.key_for("voucher code")
    assert _accepts(after, old, now)
    assert _accepts(after, _mint(after, now), now)
    assert not _accepts(before, _mint(after, now), now)
    assert _kids(after, now) == [*_kids(after, now + timedelta(days=3)), *_kids(before, now)]
    assert not _accepts(after, old, now + timedelta(days=3))
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_processes_change_over_one_by_one_and_none_refuses_anothers_token(tmp_path: Path) -> None:
    now = SystemClock().now()
    made = resolve_secrets(Settings(data_dir=tmp_path / "first"), demo=True)
    kept = json.loads((tmp_path / "first" / "secrets.json").read_text())
    given = {"SIGNING_KEY": kept["signing_key"], "SECRET_KEY": kept["secret_key"], "DATA_DIR": str(tmp_path / "none")}
    folder = tmp_path / "new"
    told = CliRunner().invoke(program, ["rotate-keys", "--into", str(folder)], env=given)
    assert told.exit_code == 0, told.output
    assert "PRIVATE" not in told.output
    assert folder.stat().st_mode & 0o077 == 0
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert "PRIVATE" not in files["VERIFYING_KEYS"]

    def secrets_of(**changes: str) -> Secrets:
        names = {name.lower(): value for name, value in (given | changes).items()}
        return resolve_secrets(Settings.model_validate(names), demo=False)

    untouched, first = secrets_of(), secrets_of(VERIFYING_KEYS=files["VERIFYING_KEYS"])
    second = secrets_of(**files)
    assert untouched.signing_key_pem == made.signing_key_pem
    for minted_by, read_by in ((untouched, first), (first, untouched), (first, second), (second, first)):
        assert _accepts(read_by, _mint(minted_by, now), now)
    assert set(_kids(first, now)) == set(_kids(second, now))
    assert len(_kids(second, now)) == 2
    again = CliRunner().invoke(program, ["rotate-keys", "--into", str(folder)], env=given)
    assert again.exit_code == 2
    assert CliRunner().invoke(program, ["rotate-keys"], env=given).exit_code == 2


@pytest.mark.parametrize(
    "written",
    ["", "nonsense", "[]", "{}", '{"keys": [{}]}', '{"keys": [{"x": "AA", "y": "AA", "exp": 1}]}', '{"keys": 7}'],
)
def test_keys_that_are_none_stop_the_program_and_are_not_repeated(written: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_verifying_keys(written)
    assert "VERIFYING_KEYS" in str(refused.value)


def test_the_first_process_that_signs_with_another_key_puts_that_on_record(session: Session, now: datetime) -> None:
    noted = [note_signing_key(session, kid=kid, now=now) for kid in ("one", "one", "two", "two", "one")]
    assert noted == [True, False, True, False, True]
