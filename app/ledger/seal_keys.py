"""The key that signs seals. It is in the secret store, so whoever owns the database can't make a seal."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.errors import Misconfigured
from app.core.secret_store import Secrets


class SealProof:
    """The public half: proves that a seal is ours, and can make none."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def is_good(self, *, statement: str, signature: bytes) -> bool:
        """Whether the key's other half signed this."""
        try:
            self._key.verify(signature, statement.encode())
        except InvalidSignature:
            return False
        return True

    def to_pem(self) -> str:
        """As openssl reads it."""
        return self._key.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()


class SealKey:
    """Ed25519, its seed derived from SECRET_KEY."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secrets.key_for("ledger-seals"))
        self.proof = SealProof(self._key.public_key())

    def sign(self, statement: str) -> bytes:
        """64 bytes."""
        return self._key.sign(statement.encode())

    def __repr__(self) -> str:
        return "SealKey(...)"


def read_proof(pem: str) -> SealProof:
    """From what the register shows. Raises Misconfigured."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        message = "This is no public key of seals: it must be an Ed25519 key in PEM form, as the register shows it."
        raise Misconfigured(message)
    return SealProof(key)
