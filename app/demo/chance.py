"""Choices that look random and are the same for the same secret: a demonstration can be made again as it was."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence
from typing import TypeVar

from app.core.secret_store import Secrets

T = TypeVar("T")


class Chance:
    """Draws by name: the same name gives the same draw, whatever was drawn before."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key_for("demo chance")

    def number(self, below: int, *name: object) -> int:
        """A number from 0 to `below` - 1."""
        return int.from_bytes(self._digest(name)[:8], "big") % below

    def between(self, low: int, high: int, *name: object) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.number(high - low + 1, *name)

    def pick(self, among: Sequence[T], *name: object) -> T:
        return among[self.number(len(among), *name)]

    def happens(self, percent: int, *name: object) -> bool:
        return self.number(100, *name) < percent

    def token(self, *name: object) -> str:
        """26 letters and digits: what a card reader might give for a card."""
        return b32encode(self._digest(name)[:16]).decode().rstrip("=").lower()

    def _digest(self, name: tuple[object, ...]) -> bytes:
        return hmac.digest(self._key, repr(name).encode(), hashlib.sha256)


def client_secret(secrets: Secrets, client_id: str) -> str:
    """A demo client's secret: derived, so it is stored nowhere."""
    return hmac.new(secrets.key_for("demo client secrets"), client_id.encode(), hashlib.sha256).hexdigest()


def fingerprint(secrets: Secrets) -> str:
    """Tells whether two DATA_DIRs hold the same secrets; says nothing of them."""
    return secrets.key_for("demo fingerprint").hex()[:32]
