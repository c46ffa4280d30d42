"""The drop folder: a folder for each door, in which operators put files, by SFTP for instance.

    DATA_DIR/drop/DOOR/FILE                what an operator has put there
    DATA_DIR/drop/DOOR/done/               what was taken, and the rows of it that could not be kept
    DATA_DIR/drop/DOOR/quarantine/         what was refused, each file with its reason beside it

A file is received into the database and worked on from there. It is moved when its work has ended; until then a look
finds it again and knows it by its content, so it does not matter where anything was broken off.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BufferedReader
from typing import Any

from app.core.clock import LONDON, Clock, london_date
from app.core.database import Database
from app.core.errors import Refusal
from app.earning.importing.doors import DONE, QUARANTINE, Door, get_door
from app.earning.importing.errors import ContentDiffers, DoorUnknown, FileTooLarge, NotAFile, TooManyFilesWaiting
from app.earning.importing.faults import COLUMNS
from app.earning.importing.files import (
    ImportRead,
    clean_name,
    find_taken,
    get_import_by_number,
    list_import_faults,
    receive_file,
)
from app.earning.importing.folders import Folder
from app.earning.importing.vault import PIECE_BYTES
from app.earning.importing.work import ImportTools

SETTLE = timedelta(seconds=10)
"""How long a file has to stand unchanged before it counts as written to its end."""
LARGEST_BYTES = 256 << 20
UNFINISHED = (".part", ".filepart", ".partial", ".tmp")
CHECKSUM = ".sha256"
REASON = ".reason.txt"
ERRORS = ".errors.csv"

_SHA256 = re.compile(r"([0-9A-Fa-f]{64})(\s.*)?", re.DOTALL)


@dataclass(frozen=True)
class Outcome:
    """What became of a file. `taken` is false for one that was refused; `sentence` says what happened."""

    door: str
    name: str
    taken: bool
    sentence: str


@dataclass
class Look:
    """What one look through the folder came to; `unsettled` are files that somebody may still be writing.

    `troubles` are sentences about folders that can't be used, the same at every look until somebody mends them.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


class _StillWritten(Exception):
    """Somebody may still be writing the file, or its checksum."""


@dataclass(frozen=True)
class _Place:
    """The folder of a door with the two inside it; `door` is its name, empty for the drop folder itself."""

    door: str
    folder: Folder
    done: Folder
    quarantine: Folder


class DropFolder:
    """Looks through the folder. One at a time: two would move each other's files."""

    def __init__(self, root: Folder, database: Database, tools: ImportTools, clock: Clock) -> None:
        self._root, self._database, self._tools, self._clock = root, database, tools, clock
        self._received: dict[tuple[str, str, bytes], int] = {}

    def look(self) -> Look:
        """Receive what is new, and move what has ended."""
        look = Look()
        with self._opened("", self._root) as place:
            for name, found in _list_entries(self._root):
                if stat.S_ISDIR(found.st_mode):
                    self._look_into(name, look)
                elif not stat.S_ISREG(found.st_mode):
                    self._refuse(place, name, NotAFile(name=clean_name(name)), look)
                elif not self._is_new(found):
                    self._refuse(place, name, DoorUnknown(), look)
        return look

    @contextmanager
    def _opened(self, door: str, folder: Folder) -> Iterator[_Place]:
        with folder.entered(DONE, make=True) as done, folder.entered(QUARANTINE, make=True) as quarantine:
            yield _Place(door, folder, done, quarantine)

    def _look_into(self, door: str, look: Look) -> None:
        try:
            with self._root.entered(door) as folder, self._opened(door, folder) as place:
                for name, found in _list_entries(folder):
                    self._look_at(place, name, found, look)
        except NotAFile as refusal:  # one of the three folders: nothing in here is touched
            look.troubles.append(f"{clean_name(door)}: {refusal}")
        except OSError as fault:  # it may be closed to us; the other doors are not
            look.troubles.append(f"{clean_name(door)}: {fault.strerror}.")

    def _look_at(self, place: _Place, name: str, found: os.stat_result, look: Look) -> None:
        shown = f"{clean_name(place.door)}/{clean_name(name)}"
        try:
            file = self._receive(place, name, found)
        except TooManyFilesWaiting:
            look.waiting.append(shown)  # its turn comes at one of the next looks
        except Refusal as refusal:
            self._refuse(place, name, refusal, look)
        except (_StillWritten, FileNotFoundError):
            look.unsettled.append(shown)
        else:
            if file.has_ended:
                self._clear(place, name, file, look)
            else:
                look.waiting.append(shown)

    def _is_new(self, found: os.stat_result) -> bool:
        """Whether somebody may still be writing it."""
        return abs(self._clock.now() - datetime.fromtimestamp(found.st_mtime, UTC)) < SETTLE

    def _receive(self, place: _Place, name: str, found: os.stat_result) -> ImportRead:
        """Receive the file, or find it as it was received. Raises a Refusal, or _StillWritten."""
        if not stat.S_ISREG(found.st_mode):
            raise NotAFile(name=clean_name(name))
        if self._is_new(found):
            raise _StillWritten
        door = self._database.in_transaction(lambda session: get_door(session, name=place.door))
        if door.declared.file.checksum and place.folder.find(name + CHECKSUM) is None:
            raise _StillWritten
        return self._receive_content(place.folder, door, name)

    def _receive_content(self, folder: Folder, door: Door, name: str) -> ImportRead:
        shown = clean_name(name)
        with folder.open_file(name) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
                raise FileTooLarge(name=shown, limit_bytes=LARGEST_BYTES)
            digest = hashlib.file_digest(file, "sha256").digest()
            size_bytes = file.tell()
            _check_sum(folder, name, digest)
            number = self._received.get((door.name, name, digest))
            if number is not None:
                return self._database.in_transaction(lambda session: get_import_by_number(session, number=number))
            earlier = self._database.in_transaction(
                lambda session: find_taken(session, source_id=door.source_id, sha256=digest)
            )
            if earlier is not None and (earlier.way, earlier.door, earlier.name) == ("folder", door.name, shown):
                return earlier
            received = self._database.in_transaction(
                lambda session: receive_file(
                    session,
                    door=door,
                    way="folder",
                    name=name,
                    sha256=digest,
                    size_bytes=size_bytes,
                    pieces=_read_pieces(file, digest),
                    vault=self._tools.vault,
                    now=self._clock.now(),
                )
            )
        self._received[door.name, name, digest] = received.number
        return received

    def _clear(self, place: _Place, name: str, file: ImportRead, look: Look) -> None:
        """Move a file whose work has ended."""
        ours = [known for known, number in self._received.items() if number == file.number]
        for known in ours:
            del self._received[known]
        if file.status != "done":
            self._put_away(place, name, file.reason or "", file.reason_code, file.reason_line, look)
            return
        faults = self._database.in_transaction(lambda session: list_import_faults(session, number=file.number))
        kept = place.done.choose_name(name, ERRORS, CHECKSUM)
        if faults:
            with place.done.created(kept + ERRORS) as errors:
                csv.writer(errors).writerows(
                    [COLUMNS, *((fault.line, fault.column, fault.reason, fault.code) for fault in faults)]
                )
        _move(place.folder, name, place.done, kept)
        counted = ", ".join(f"{word.replace('_', ' ')} {number}" for word, number in file.counts.items() if number)
        told = counted or "no rows"
        if not ours:
            told = f"the same file was taken on {london_date(file.received_at)} ({told}); nothing was done again"
        look.outcomes.append(Outcome(clean_name(place.door), clean_name(name), taken=True, sentence=f"done: {told}"))

    def _refuse(self, place: _Place, name: str, refusal: Refusal, look: Look) -> None:
        self._put_away(place, name, str(refusal), refusal.code, getattr(refusal, "line", None), look)

    def _put_away(self, place: _Place, name: str, reason: str, code: str | None, line: int | None, look: Look) -> None:
        """Into quarantine, with the reason beside it."""
        told = [f"{clean_name(name)} was not taken, {self._clock.now().astimezone(LONDON):%Y-%m-%d %H:%M}."]
        told += [reason, *([] if line is None else [f"line: {line}"]), f"code: {code}"]
        kept = place.quarantine.choose_name(name, REASON, CHECKSUM)
        with place.quarantine.created(kept + REASON) as file:
            file.write("\n".join(told) + "\n")
        _move(place.folder, name, place.quarantine, kept)
        look.outcomes.append(Outcome(clean_name(place.door), clean_name(name), taken=False, sentence=reason))


def _list_entries(folder: Folder) -> Iterator[tuple[str, os.stat_result]]:
    """What somebody has put there, and is not there for the sake of something else."""
    for name in folder.list_names():
        ours = name in {DONE, QUARANTINE} or name.startswith(".")
        found = None if ours or name.endswith((*UNFINISHED, CHECKSUM)) else folder.find(name)
        if found is not None:
            yield name, found


def _check_sum(folder: Folder, name: str, digest: bytes) -> None:
    """Compare with the file's checksum, if there is one beside it. Raises ContentDiffers."""
    if folder.find(name + CHECKSUM) is None:
        return
    with folder.open_file(name + CHECKSUM) as file:
        said = _SHA256.fullmatch(file.read(1000).decode("ascii", errors="replace"))
    if said is None or bytes.fromhex(said[1]) != digest:
        raise ContentDiffers(name=clean_name(name))


def _read_pieces(file: BufferedReader[Any], digest: bytes) -> Iterator[bytes]:
    """The content once more, from its beginning. Raises _StillWritten when it is not what it was."""
    file.seek(0)
    seen = hashlib.sha256()
    while piece := file.read(PIECE_BYTES):
        seen.update(piece)
        yield piece
    if seen.digest() != digest:
        raise _StillWritten


def _move(folder: Folder, name: str, to: Folder, kept: str) -> None:
    """A file and its checksum."""
    if folder.find(name + CHECKSUM) is not None:
        folder.move(name + CHECKSUM, to, kept + CHECKSUM)
    folder.move(name, to, kept)
