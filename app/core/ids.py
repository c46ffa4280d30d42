"""Identifiers: ascending bigints inside, UUIDv7 with a prefix at the API; the only place that draws random ones.

Random keys on the hot tables halve the posting rate once they outgrow memory; ascending ones do not. Blocks of
`BLOCK` numbers come from one database sequence, so most rows cost no round trip; a rolled-back block leaves a gap.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlmodel import Session

BLOCK = 1024


class _Blocks:
    """The unused part of one database's latest block, shared by the threads of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next = 0
        self.end = 0


_BLOCKS: WeakKeyDictionary[Engine, _Blocks] = WeakKeyDictionary()


def take_ids(session: Session, count: int) -> list[int]:
    """`count` fresh ids of the session's database, in ascending order."""
    bind = session.get_bind()
    blocks = _BLOCKS.setdefault(bind.engine, _Blocks())
    with blocks.lock:
        taken = list(range(blocks.next, min(blocks.end, blocks.next + count)))
        blocks.next += len(taken)
        missing = count - len(taken)
        if missing:
            wanted = {"blocks": -(-missing // BLOCK)}
            drawn = text("SELECT nextval('ids') FROM generate_series(1, :blocks) ORDER BY 1")
            for start in session.execute(drawn, wanted).scalars():
                taken.extend(range(start, start + min(BLOCK, count - len(taken))))
                blocks.next, blocks.end = taken[-1] + 1, start + BLOCK
    return taken


def take_id(session: Session) -> int:
    """One fresh id."""
    return take_ids(session, 1)[0]


def uuid7(now: datetime) -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of `now` in milliseconds, 74 random bits."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(0x3 << 62)) | (2 << 62)
    return UUID(int=value)


def public_id(prefix: str, value: UUID) -> str:
    """How an id is written at the API, e.g. `res_0199c1...` (32 hex digits, no hyphens)."""
    return f"{prefix}_{value.hex}"


def parse_public_id(prefix: str, written: str) -> UUID | None:
    """The UUID inside `written`, or None when it is not an id of this kind (callers then answer "not found")."""
    head, _, digits = written.partition("_")
    if head != prefix or len(digits) != 32 or not digits.isascii() or not digits.isalnum():  # noqa: PLR2004 - 32 hex digits
        return None
    try:
        return UUID(hex=digits)
    except ValueError:
        return None


def new_digits(count: int) -> str:
    """`count` random digits, of which the first is no nought."""
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))


def new_secret() -> str:
    """256 random bits as URL-safe text: client secrets, database passwords."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """192 random bits as Standard Webhooks write them."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
