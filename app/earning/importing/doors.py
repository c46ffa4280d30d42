"""Doors: a named way in for one source's files, with the map of their columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.audit import SYSTEM, record_act
from app.earning.freshness import Schedule, declare_schedule
from app.earning.importing.declaration import ImportMap
from app.earning.importing.errors import DoorNameUnfit, DoorUnknown, SourceDiffers
from app.earning.tables import ImportDoor
from app.identity.service import register_source
from app.identity.sources import list_sources

DONE, QUARANTINE = "done", "quarantine"
"""Folders beside the files of a door, so no door can have their names."""

_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True)
class Door:
    """`columns` is the header that a file must have, in any order; None until the first file has shown it."""

    name: str
    source_id: int
    declared: ImportMap
    columns: tuple[str, ...] | None


def open_door(session: Session, *, name: str, declared: ImportMap, schedule: Schedule | None, now: datetime) -> Door:
    """Open a door, or open it anew: then its columns are learned again, and files that are on their way stay as begun.

    A source that is new is registered. Raises DoorNameUnfit, SourceDiffers.
    """
    if not is_door_name(name):
        raise DoorNameUnfit
    source_id = ensure_source(session, declared=declared)
    declare_schedule(session, source_id=source_id, schedule=schedule, now=now)
    row = session.get(ImportDoor, name) or ImportDoor(name=name, source_id=source_id, declared={})
    row.source_id = source_id
    row.declared = declared.model_dump(mode="json")
    row.columns = list(declared.file.columns) or None
    session.add(row)
    session.flush()
    facts: dict[str, str | int | bool | None] = {"source": declared.source, "schedule": schedule}
    record_act(session, actor=SYSTEM, act="door.opened", subject=f"door:{name}", facts=facts, now=now)
    return _read(row)


def is_door_name(name: str) -> bool:
    """Whether a door can be called so: a plain name of a folder."""
    return bool(_NAME.fullmatch(name)) and name not in {DONE, QUARANTINE}


def get_door(session: Session, *, name: str) -> Door:
    """Raises DoorUnknown."""
    row = session.get(ImportDoor, name) if is_door_name(name) else None
    if row is None:
        raise DoorUnknown
    return _read(row)


def list_doors(session: Session) -> tuple[Door, ...]:
    """All of them, by name; a scheme has tens, so there are no pages."""
    return tuple(_read(row) for row in session.exec(select(ImportDoor).order_by(col(ImportDoor.name))))


def learn_columns(session: Session, *, name: str, columns: list[str]) -> None:
    """The first file that was taken whole shows a door its header."""
    row = session.get(ImportDoor, name, with_for_update=True, populate_existing=True)
    if row is not None and row.columns is None:
        row.columns = columns
        session.flush()


def ensure_source(session: Session, *, declared: ImportMap) -> int:
    """The id of the map's source, registered if it is new. Raises SourceDiffers."""
    known = list_sources(session).get(declared.source)
    if known is None:
        return register_source(session, name=declared.source, title=declared.title, evidence=declared.evidence)
    if known.evidence != declared.evidence:
        raise SourceDiffers(source=declared.source, registered=known.evidence, declared=declared.evidence)
    return known.id


def _read(row: ImportDoor) -> Door:
    declared = ImportMap.model_validate(row.declared)
    return Door(row.name, row.source_id, declared, None if row.columns is None else tuple(row.columns))
