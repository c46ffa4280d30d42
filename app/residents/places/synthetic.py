"""Small synthetic tables for demonstrations and tests: real names of eight wards of Leeds, everything else invented.

The postcodes end in letters that no real one ends in, and the codes of wards and areas are of a series never issued.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NoReturn

from sqlmodel import Session

from app.residents.places.layouts import LOAD_ORDER, RowRefused, recognise_table
from app.residents.places.loading import load_places

_TABLES = Path(__file__).parent / "synthetic_tables"
SYNTHETIC_FILES = tuple(_TABLES / name for name in ("wards.csv", "deprivation.csv", "postcodes.csv", "stops.csv"))
"""In the order in which they are loaded."""


def load_synthetic_places(session: Session) -> None:
    """Load all of them; loading them again changes nothing."""
    for path, layout in zip(SYNTHETIC_FILES, LOAD_ORDER, strict=True):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            found = recognise_table(path.name, table.fieldnames or [])
            assert found.layout is layout, "the files stand in the order of loading"
            load_places(session, found=found, rows=enumerate(table, start=2), refuse=_refuse)


def _refuse(line: int, refused: RowRefused) -> NoReturn:
    """Our own tables are whole, or the program is broken."""
    message = f"line {line}, {refused.column}: {refused}"
    raise AssertionError(message)
