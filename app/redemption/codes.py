"""Voucher codes: derived from a secret and the redemption's id, never stored, found again by keyed hashes.

The token (128 bits, 26 characters) goes into the QR code. The short code (50 bits, 10 characters) is for reading
aloud; it only works together with the partner that is signed in, and wrong ones are counted.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from app.core.secret_store import Secrets
from app.core.spoken_codes import ALPHABET, BITS_A_CHARACTER, read_code

TOKEN_BITS = 128
CODE_BITS = 50
_HASH_BYTES = 16


class VoucherCodes:
    """Makes and recognises codes with keys that are not in the database."""

    def __init__(self, secrets: Secrets) -> None:
        self._token_key = secrets.key_for("voucher token")
        self._code_key = secrets.key_for("voucher code")
        self._hash_key = secrets.key_for("voucher hash")

    def token_for(self, public_id: UUID) -> str:
        """What the QR code says: 26 characters."""
        return _encode(hmac.digest(self._token_key, public_id.bytes, hashlib.sha256), bits=TOKEN_BITS)

    def code_for(self, public_id: UUID) -> str:
        """What a person reads aloud, as ABCDE-FGHJK."""
        code = _encode(hmac.digest(self._code_key, public_id.bytes, hashlib.sha256), bits=CODE_BITS)
        return f"{code[:5]}-{code[5:]}"

    def hash(self, code: str) -> bytes:
        """16 bytes that find the voucher of a code or token, however it was typed.

        Case, spaces and hyphens do not matter, O is read as 0, I and L as 1. Anything at all may be given: what is no
        code has a hash that finds nothing, in the same time.
        """
        return hmac.digest(self._hash_key, read_code(code).encode(errors="replace"), hashlib.sha256)[:_HASH_BYTES]


def _encode(digest: bytes, *, bits: int) -> str:
    """The first `bits` of `digest`, padded with zero bits to whole characters."""
    characters = -(-bits // BITS_A_CHARACTER)
    value = int.from_bytes(digest, "big") >> (len(digest) * 8 - bits) << (characters * BITS_A_CHARACTER - bits)
    return "".join(ALPHABET[value >> (BITS_A_CHARACTER * place) & 31] for place in reversed(range(characters)))
