"""The lines of a file as CloudEvents, each with its place; those that are none with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from app.backtest.errors import MapUndecided
from app.earning.importing.declaration import ImportMap, load_map
from app.earning.importing.errors import ColumnsMissing, FileUnreadable
from app.earning.importing.mapping import EventMapper
from app.earning.importing.reading import RowFault, read_rows

_MAPS: Final = Path(__file__).parents[1] / "earning" / "maps"
# Ids without a name behind them are made for this run alone, and go nowhere.
_ID_KEY: Final = b"back-test"

Passed = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """`sent` is a CloudEvent, or why the line is none."""

    line: int
    sent: object


def is_json(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    except OSError as fault:
        raise FileUnreadable(name=path.name, fault=f"{fault.strerror or 'the system refuses'}.") from fault


def find_map(path: Path) -> Path:
    known = sorted(_MAPS.glob("*.toml"))
    fitting = [candidate for candidate in known if _fits(path, load_map(candidate))]
    if len(fitting) != 1:
        raise MapUndecided(name=path.name, fitting=[map_.name for map_ in fitting], known=[one.name for one in known])
    return fitting[0]


def _fits(path: Path, declared: ImportMap) -> bool:
    try:
        next(read_rows(path, declared.file, declared.columns()), None)
    except ColumnsMissing:
        return False
    return True


def read_csv(path: Path, declared: ImportMap, passed: Passed) -> Iterator[Sent]:
    mapper = EventMapper(declared, _ID_KEY)
    for row in read_rows(path, declared.file, declared.columns(), passed=passed):
        try:
            if isinstance(row.cells, RowFault):
                raise row.cells
            yield Sent(row.line, mapper.to_event(row.cells))
        except RowFault as fault:
            yield Sent(row.line, f"{fault.column}: {fault}" if fault.column else str(fault))


def read_json(path: Path, passed: Passed) -> Iterator[Sent]:
    """One array of events, whose numbers take the place of lines, or one event a line."""
    with path.open("rb") as file:
        if file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
            try:
                events = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=list[object])
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
                raise FileUnreadable(name=path.name, fault="it is no array of JSON.") from fault
            yield from (Sent(number, event) for number, event in enumerate(events, start=1))
            return
        file.seek(0)
        behind = 0
        for number, line in enumerate(file, start=1):
            behind += len(line)
            passed(behind)
            written = line.removeprefix(b"\xef\xbb\xbf").strip()
            if not written:
                continue
            try:
                yield Sent(number, msgspec.json.decode(written))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                yield Sent(number, "The line is not JSON.")
