from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from app.core.errors import Misconfigured
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", secret_key=None, signing_key=None)


def test_demo_secrets_are_made_once_and_closed_to_others(settings: Settings) -> None:
    first = resolve_secrets(settings, demo=True)
    assert resolve_secrets(settings, demo=True) == first
    assert (settings.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secrets.json"]


def test_a_file_of_secrets_that_was_opened_to_others_is_closed_again(settings: Settings) -> None:
    kept = resolve_secrets(settings, demo=True)
    (settings.data_dir / "secrets.json").chmod(0o644)
    assert resolve_secrets(settings, demo=True) == kept
    assert (settings.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_file_of_secrets_that_breaks_off_is_told_plainly_and_not_replaced(settings: Settings, share: float) -> None:
    resolve_secrets(settings, demo=True)
    path = settings.data_dir / "secrets.json"
    written = path.read_text(encoding="utf-8")
    cut = written[: int(len(written) * share)]
    path.write_text(cut, encoding="utf-8")
    with pytest.raises(Misconfigured, match=r"secrets\.json cannot be read"):
        resolve_secrets(settings, demo=True)
    assert path.read_text(encoding="utf-8") == cut


@pytest.mark.parametrize("written", ["[]", '"text"', "{}", "null", json.dumps({"signing_key": "x"}), "\xff"])
def test_a_file_of_other_things_than_secrets_is_told_plainly(settings: Settings, written: str) -> None:
    resolve_secrets(settings, demo=True)
    (settings.data_dir / "secrets.json").write_text(written, encoding="latin-1")
    with pytest.raises(Misconfigured, match=r"secrets\.json cannot be read"):
        resolve_secrets(settings, demo=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_secrets_that_is_closed_to_us_is_told_plainly(settings: Settings) -> None:
    resolve_secrets(settings, demo=True)
    (settings.data_dir / "secrets.json").chmod(0)
    with pytest.raises(Misconfigured, match="closed to others"):
        resolve_secrets(settings, demo=True)


def test_a_signing_key_with_a_password_is_told_plainly(settings: Settings) -> None:
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"word")
    )
    given = settings.model_copy(update={"signing_key": SecretStr(locked.decode()), "secret_key": SecretStr("A" * 44)})
    with pytest.raises(Misconfigured, match="SIGNING_KEY"):
        resolve_secrets(given, demo=False)
