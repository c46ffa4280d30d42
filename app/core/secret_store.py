"""The two secrets of a deployment: from the environment, or, in demo mode only, made once and kept in DATA_DIR.

Beside them stand public keys whose tokens are accepted as well, each until its time: those of a signing key that was
replaced, so that nobody is signed out, and those of the next one, before any process signs with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.errors import Misconfigured
from app.core.settings import Settings

MINIMUM_BYTES = 32
_OTHERS = 0o077


@dataclass(frozen=True)
class VerifyingKey:
    """The public half of a signing key, as the members of a JWK; until `ends_at` what it signed is accepted."""

    x: str
    y: str
    ends_at: datetime

    def to_jwk(self) -> dict[str, str]:
        return {"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y}

    def to_data(self) -> dict[str, object]:
        """As it stands in VERIFYING_KEYS, with its end as `exp`."""
        return {**self.to_jwk(), "exp": int(self.ends_at.timestamp())}


@dataclass(frozen=True)
class Secrets:
    """`signing_key_pem` signs access tokens; every other key is derived from one secret, so purposes never mix."""

    signing_key_pem: str
    _secret: bytes
    verifying_keys: tuple[VerifyingKey, ...] = ()

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
    others = settings.verifying_keys.get_secret_value() if settings.verifying_keys else kept.get("verifying_keys")
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
    return Secrets(signing_key, secret, read_verifying_keys(others) if others else ())


def read_verifying_keys(written: str) -> tuple[VerifyingKey, ...]:
    """The keys of a JWK set, each EC P-256 and with `exp`. Raises Misconfigured, repeating nothing of it."""
    try:
        members = json.loads(written)["keys"]
        keys = tuple(
            VerifyingKey(str(one["x"]), str(one["y"]), datetime.fromtimestamp(int(one["exp"]), UTC)) for one in members
        )
        for key in keys:
            x, y = (int.from_bytes(base64.urlsafe_b64decode(part + "==")) for part in (key.x, key.y))
            ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        message = "VERIFYING_KEYS must be what rewards rotate-keys wrote: a JWK set of public keys, each with exp."
        raise Misconfigured(message) from None
    return keys


def write_verifying_keys(keys: Iterable[VerifyingKey]) -> str:
    """As VERIFYING_KEYS holds them."""
    return json.dumps({"keys": [key.to_data() for key in keys]})


def public_half(signing_key_pem: str, *, ends_at: datetime) -> VerifyingKey:
    """What proves the tokens that this key has signed."""
    key = serialization.load_pem_private_key(signing_key_pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32)).decode().rstrip("=") for n in (numbers.x, numbers.y))
    return VerifyingKey(x, y, ends_at)


def replace_demo_signing_key(settings: Settings, *, now: datetime, ends_at: datetime) -> None:
    """Give the demonstration of DATA_DIR a new signing key; the old one's tokens stay good until `ends_at`."""
    path = settings.data_dir / "secrets.json"
    kept = _read_kept(path)
    earlier = read_verifying_keys(kept["verifying_keys"]) if "verifying_keys" in kept else ()
    still_good = [key for key in earlier if key.ends_at > now]
    retired = public_half(kept["signing_key"], ends_at=ends_at)
    kept |= {"signing_key": new_signing_key(), "verifying_keys": write_verifying_keys([*still_good, retired])}
    write_privately(settings.data_dir / f"secrets.{os.getpid()}.tmp", json.dumps(kept)).replace(path)


def write_privately(path: Path, content: str) -> Path:
    """A new file that only its owner may read; raises FileExistsError rather than write over another."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    return path


def _demo_secrets(data_dir: Path) -> dict[str, str]:
    path = data_dir / "secrets.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    made = {"signing_key": new_signing_key(), "secret_key": base64.b64encode(os.urandom(MINIMUM_BYTES)).decode()}
    fresh = write_privately(data_dir / f"secrets.{os.getpid()}.tmp", json.dumps(made))
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
        secrets = {name: str(kept[name]) for name in ("signing_key", "secret_key")}
        return secrets | {name: str(kept[name]) for name in ("verifying_keys",) if name in kept}
    except PermissionError as fault:
        message = f"{path} must be a file of the user who runs this, closed to others: chmod 600 {path}"
        raise Misconfigured(message) from fault
    except (OSError, ValueError, KeyError, TypeError) as fault:
        message = (
            f"{path} cannot be read. Put back a copy of it: cards, codes and client secrets of the demonstration come "
            "from it. Without one, choose another DATA_DIR, or delete this one to start afresh."
        )
        raise Misconfigured(message) from fault


def new_signing_key() -> str:
    """An EC P-256 private key in PEM form."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
