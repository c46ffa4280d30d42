"""Copies of seals outside the database, without which nobody could tell that its newest seals were cut off.

The sealer keeps the newest one in DATA_DIR. Anybody else can keep one from the public register.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from app.core.database import sqlalchemy_url
from app.core.errors import Misconfigured
from app.core.settings import Settings
from app.ledger.seals import Seal

FOLDER = "seals"
"""Of DATA_DIR."""


@dataclass(frozen=True)
class KeptSeal:
    """As much of a seal as it takes to know it again."""

    number: int
    entries: int
    head: bytes


def place_of_copy(settings: Settings) -> Path:
    """Where the newest seal of this scheme in this database is kept; the address's password is no part of it."""
    address = "own"
    if settings.database_url:
        url = make_url(sqlalchemy_url(settings.database_url))
        address = f"{url.host}:{url.port}/{url.database}"
    name = hashlib.sha256(address.encode()).hexdigest()[:12]
    return settings.data_dir / FOLDER / f"{settings.scheme}-{name}.json"


def keep_copy(path: Path, seal: Seal) -> None:
    """Replace the copy, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    written = {"number": seal.number, "entries": seal.entries, "head": seal.head.hex()}
    fresh.write_text(json.dumps(written) + "\n", encoding="utf-8")
    fresh.replace(path)


def find_copy(path: Path) -> KeptSeal | None:
    """None where none was kept yet. Raises Misconfigured when it can't be read."""
    return next(iter(read_copies(path)), None) if path.exists() else None


def read_copies(path: Path) -> Sequence[KeptSeal]:
    """Of a file that the sealer wrote, or that holds what the register answered. Raises Misconfigured."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_read_each(written.get("items", [written])))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        message = f"{path} holds no copy of a seal, as the register of seals gives them: JSON with number and head."
        raise Misconfigured(message) from fault


def _read_each(items: Iterable[dict[str, Any]]) -> Iterable[KeptSeal]:
    for item in items:
        yield KeptSeal(int(item["number"]), int(item["entries"]), bytes.fromhex(item["head"]))
