"""The content of operators' files while we work on them: in the database, in pieces, encrypted.

The key is not in the database. Whatever stood in a file is removed from here when its work has ended.
"""

from __future__ import annotations

import hashlib
import io
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Protocol

from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets

PIECE_BYTES = 256 << 10

_KEEP = text("INSERT INTO import_chunks (file_id, number, content) VALUES (:file, :number, :content)")
_READ = text("SELECT content FROM import_chunks WHERE file_id = :file AND number = :number")
_REMOVE = text("DELETE FROM import_chunks WHERE file_id = :file")


class Hash(Protocol):
    """What this module asks of one of hashlib's."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Vault:
    """Encrypts and decrypts pieces of content."""

    def __init__(self, secrets: Secrets) -> None:
        self._cipher = Fernet(urlsafe_b64encode(secrets.key_for("import content")))

    def seal(self, piece: bytes) -> bytes:
        return self._cipher.encrypt(piece)

    def unseal(self, kept: bytes) -> bytes:
        return self._cipher.decrypt(kept)


def keep_content(session: Session, *, vault: Vault, file_id: int, pieces: Iterable[bytes]) -> None:
    """Keep a file's content, piece by piece."""
    for number, piece in enumerate(pieces):
        session.execute(_KEEP, {"file": file_id, "number": number, "content": vault.seal(piece)})


def remove_content(session: Session, *, file_id: int) -> None:
    """Forget what stood in the file."""
    session.execute(_REMOVE, {"file": file_id})


class KeptContent(io.RawIOBase):
    """A file's content as a stream that holds one piece at a time, read in a short transaction each.

    `digest` and `ending` tell the SHA-256 and the last bytes of what was read so far.
    """

    def __init__(self, database: Database, vault: Vault, file_id: int) -> None:
        super().__init__()
        self._database, self._vault, self._file_id = database, vault, file_id
        self._number = 0
        self._piece = b""
        self._position = 0
        self._hash: Hash = hashlib.sha256()
        self.ending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants every buffer
        if not self._piece:
            self._piece = self._read_piece()
        taken = self._piece[: len(buffer)]
        self._piece = self._piece[len(taken) :]
        buffer[: len(taken)] = taken
        self._position += len(taken)
        return len(taken)

    def tell(self) -> int:
        return self._position

    def digest(self) -> bytes:
        return self._hash.digest()

    def _read_piece(self) -> bytes:
        def look_up(session: Session) -> bytes | None:
            kept: bytes | None = session.execute(_READ, {"file": self._file_id, "number": self._number}).scalar()
            return kept

        kept = self._database.in_transaction(look_up)
        if kept is None:
            return b""
        self._number += 1
        piece = self._vault.unseal(kept)
        self._hash.update(piece)
        self.ending = (self.ending + piece[-4:])[-4:]
        return piece
