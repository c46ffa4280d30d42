"""The nightly file by which a leisure operator learns whose gate to open."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from partners.interface import PartnerUnavailable

COLUMNS: Final = ("reference", "member", "days", "title")
WAITING: Final = "waiting"
SENT: Final = "sent"


def write_entitlements(folder: Path, *, on: date) -> tuple[Path, int] | None:
    """The nightly file of everything that waits, and how many passes; None when nothing does.

    What it holds is moved only once it is there. Broken off in between, the next run moves the rest, on the same night
    or a later one, and no pass stands in two files.
    """
    waiting = sorted((folder / WAITING).glob("*.json")) if folder.exists() else []
    if not waiting:
        return None
    target = folder / f"entitlements-{on:%Y-%m-%d}.csv"
    newest = max(folder.glob("entitlements-*.csv"), default=target)
    known = {row["reference"] for row in _read(newest)}
    rows = [msgspec.json.decode(path.read_bytes()) for path in waiting]
    fresh = [row for row in rows if row["reference"] not in known]
    if fresh:
        page = io.StringIO()
        table = csv.DictWriter(page, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows([*_read(target), *fresh])
        write_whole(target, page.getvalue().encode())
    (folder / SENT).mkdir(mode=0o700, exist_ok=True)
    for path in waiting:
        path.rename(folder / SENT / path.name)
    return (target, len(fresh)) if fresh else None


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing, and for this user only. Raises PartnerUnavailable when the disk says no."""
    fresh = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except OSError as fault:
        message = "The pass could not be noted down. Try again later."
        raise PartnerUnavailable(message) from fault
