"""By its header a file says through which door it comes."""

from __future__ import annotations

import csv
from collections.abc import Collection

from sqlmodel import Session

from app.earning.importing.doors import Door, list_doors
from app.earning.importing.errors import DoorUnclear

LONGEST_HEADER_BYTES = 64 << 10


def find_door(session: Session, *, content: bytes) -> Door:
    """The one door whose map finds its columns, and which knows no other header. Raises DoorUnclear."""
    fitting = [door for door in list_doors(session) if _fits(door, content)]
    if len(fitting) != 1:
        raise DoorUnclear(doors=[door.declared.title for door in fitting])
    return fitting[0]


def _fits(door: Door, content: bytes) -> bool:
    header = set(_read_header(door, content))
    known: Collection[str] | None = door.columns
    return header.issuperset(door.declared.columns()) and (known is None or header == set(known))


def _read_header(door: Door, content: bytes) -> list[str]:
    form = door.declared.file
    lines = content[:LONGEST_HEADER_BYTES].decode(form.encoding, errors="replace").splitlines()
    try:
        return [title.strip() for title in next(csv.reader(lines, delimiter=form.delimiter))]
    except (StopIteration, csv.Error):
        return []
