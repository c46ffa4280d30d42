"""Codes that a host's screen shows: signed, and another one every 30 seconds.

The QR says a long one that names its session. The short one is for reading aloud; it is compared with those of the
sessions that are on at that moment.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from uuid import UUID

from app.core.secret_store import Secrets
from app.core.spoken_codes import ALPHABET, read_code
from app.hosting.check_in_errors import CheckInCodeUnknown

CODE_SECONDS = 30
_MAC_BYTES = 14


_NUMBER_BYTES = 5
_LENGTH = 16 + _NUMBER_BYTES + _MAC_BYTES
SPOKEN = 8
"""Characters of the short code, 40 bits: nobody guesses one within the minute for which it is good."""


class CheckInCodes:
    """Makes and reads codes with a key that is not in the database."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.key_for("check-in code")

    def make(self, session_uuid: UUID, number: int) -> str:
        """The code of a session in the half minute with this number since 1970."""
        said = session_uuid.bytes + number.to_bytes(_NUMBER_BYTES, "big")
        return urlsafe_b64encode(said + self._sign(said)).decode().rstrip("=")

    def read(self, code: str) -> tuple[UUID, int]:
        """Of which session, and of which half minute. Raises CheckInCodeUnknown for anything that we did not make."""
        written = code.strip()
        try:
            raw = urlsafe_b64decode(written + "=" * (-len(written) % 4))
        except (binascii.Error, ValueError):
            raise CheckInCodeUnknown from None
        said, signed = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(raw) != _LENGTH or not hmac.compare_digest(signed, self._sign(said)):
            raise CheckInCodeUnknown
        return UUID(bytes=said[:16]), int.from_bytes(said[16:], "big")

    def make_spoken(self, session_uuid: UUID, number: int) -> str:
        """The same code to read aloud, as ABCD-EFGH."""
        signed = self._sign(b"spoken" + session_uuid.bytes + number.to_bytes(_NUMBER_BYTES, "big"))
        code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in signed[:SPOKEN])
        return f"{code[: SPOKEN // 2]}-{code[SPOKEN // 2 :]}"

    def find_spoken(self, code: str, *, among: Iterable[tuple[UUID, int]]) -> tuple[UUID, int] | None:
        """Which of these sessions and half minutes it is of."""
        written = read_code(code)
        for session_uuid, number in among:
            if hmac.compare_digest(written.encode(), read_code(self.make_spoken(session_uuid, number)).encode()):
                return session_uuid, number
        return None

    def _sign(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:_MAC_BYTES]
