"""The two secrets of a deployment: from the environment, or, in demo mode only, made once and kept in DATA_DIR."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.errors import Misconfigured
from app.core.settings import Settings

MINIMUM_BYTES = 32
_OTHERS = 0o077


@dataclass(frozen=True)
class Secrets:
    """`signing_key_pem` signs access tokens; every other key is derived from one secret, so purposes never mix."""

    signing_key_pem: str
    _secret: bytes

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for one purpose (HMAC-SHA256 of its name); the same for the same secret, whatever the process."""
        return hmac.digest(self._secret, b"rewards/" + purpose.encode(), hashlib.sha256)

    def __repr__(self) -> str:
        return "Secrets(...)"


def resolve_secrets(settings: Settings, *, demo: bool) -> Secrets:
    """Read both secrets, or raise Misconfigured naming the one that is missing and how to make it."""
    kept = _demo_secrets(settings.data_dir) if demo else {}
    signing_key = settings.signing_key.get_secret_value() if settings.signing_key else kept.get("signing_key")
    secret_key = settings.secret_key.get_secret_value() if settings.secret_key else kept.get("secret_key")
    if not signing_key:
        message = "SIGNING_KEY is not set. Make one: openssl ecparam -genkey -name prime256v1 -noout"
        raise Misconfigured(message)
    if not secret_key:
        message = "SECRET_KEY is not set. Make one: openssl rand -base64 32"
        raise Misconfigured(message)
    try:
        secret = base64.b64decode(secret_key, validate=True)
        serialization.load_pem_private_key(signing_key.encode(), password=None)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm) as fault:  # TypeError: it has a password
        message = "SECRET_KEY must be base64 and SIGNING_KEY an EC private key in PEM form; one of them is not."
        raise Misconfigured(message) from fault
    if len(secret) < MINIMUM_BYTES:
        message = f"SECRET_KEY holds {len(secret)} bytes; it needs {MINIMUM_BYTES}. Make one: openssl rand -base64 32"
        raise Misconfigured(message)
    return Secrets(signing_key, secret)


def _demo_secrets(data_dir: Path) -> dict[str, str]:
    path = data_dir / "secrets.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    made = {"signing_key": _new_signing_key(), "secret_key": base64.b64encode(os.urandom(MINIMUM_BYTES)).decode()}
    fresh = data_dir / f"secrets.{os.getpid()}.tmp"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file)
    try:
        os.link(fresh, path)  # fails when it is there already: two first starts keep one set of secrets
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read_kept(path)


def _read_kept(path: Path) -> dict[str, str]:
    """The secrets as they were made; raises Misconfigured when the file is spoilt or can't be closed to others."""
    try:
        if path.stat().st_mode & _OTHERS:
            path.chmod(0o600)
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(kept[name]) for name in ("signing_key", "secret_key")}
    except PermissionError as fault:
        message = f"{path} must be a file of the user who runs this, closed to others: chmod 600 {path}"
        raise Misconfigured(message) from fault
    except (OSError, ValueError, KeyError, TypeError) as fault:
        message = (
            f"{path} cannot be read. Put back a copy of it: cards, codes and client secrets of the demonstration come "
            "from it. Without one, choose another DATA_DIR, or delete this one to start afresh."
        )
        raise Misconfigured(message) from fault


def _new_signing_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
