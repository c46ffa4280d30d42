"""The secret by which a partner's system knows us, before anything is asked with it."""

from __future__ import annotations

import base64
import binascii
from typing import Final

PREFIX: Final = "whsec_"
SHORTEST_KEY_BYTES: Final = 24
"""https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md asks for 24 to 64."""
NO_KEY: Final = (
    f"Questions to this system are signed, so its secret is a key: {PREFIX} and {SHORTEST_KEY_BYTES} random bytes or "
    "more in base64. Make one with: openssl rand -base64 32"
)
_SIGNING: Final = frozenset({"webhook"})


def find_secret_fault(adapter: str, secret: str) -> str | None:
    """What is wrong with it, as a sentence for whoever sent it; None when questions can be asked with it."""
    if adapter in _SIGNING:
        return None if _is_key(secret.removeprefix(PREFIX)) else NO_KEY
    if not secret.isascii() or not secret.isprintable() or secret != secret.strip():
        return "The secret goes with every call in a header: use letters, digits and signs of ASCII only."
    return None


def _is_key(written: str) -> bool:
    try:
        key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(key) >= SHORTEST_KEY_BYTES
