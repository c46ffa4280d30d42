"""Folders in which strangers put files: held open while we work in them, and no link is ever followed."""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path, PurePath
from typing import Any, TextIO

from app.earning.importing.errors import FileUnreadable, NotAFile

LONGEST_STEM_BYTES = 180
"""Of a name that we make; names of files end at 255 bytes, and something is put behind it."""

_CLOSED_ON_EXEC = os.O_CLOEXEC | os.O_NOFOLLOW


class Folder:
    """A directory by its descriptor: whoever puts a link in its place meanwhile leads us nowhere.

    Names are single names, never paths. Methods raise OSError as the system does.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @staticmethod
    @contextmanager
    def opened(path: Path) -> Iterator[Folder]:
        """The folder at a path of our own, made if need be."""
        path.mkdir(parents=True, exist_ok=True)
        with _held(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as folder:
            yield folder

    @contextmanager
    def entered(self, name: str, *, make: bool = False) -> Iterator[Folder]:
        """The folder of this name inside. Raises NotAFile when it is a link or no folder."""
        if make and not self._exists(name):
            os.mkdir(name, dir_fd=self._descriptor)
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | _CLOSED_ON_EXEC, dir_fd=self._descriptor)
        except OSError as fault:
            raise NotAFile(name=name) from fault
        with _held(descriptor) as folder:
            yield folder

    def list_names(self) -> list[str]:
        return sorted(os.listdir(self._descriptor))  # noqa: PTH208 - a descriptor

    def find(self, name: str) -> os.stat_result | None:
        """What stands there, a link itself and not what it points to."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError as fault:
            if fault.errno in {errno.ENOENT, errno.ENAMETOOLONG}:
                return None
            raise

    def open_file(self, name: str) -> BufferedReader[Any]:
        """An ordinary file of that one name, to read. Raises NotAFile, or FileUnreadable where we may not read it."""
        try:
            # Without waiting: a pipe would have us wait for somebody to write into it.
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | _CLOSED_ON_EXEC, dir_fd=self._descriptor)
        except FileNotFoundError:
            raise
        except OSError as fault:
            if fault.errno in {errno.ELOOP, errno.ENXIO}:
                raise NotAFile(name=name) from fault
            raise FileUnreadable(name=name, fault=f"{fault.strerror}.") from fault
        file = FileIO(descriptor, "rb")
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            file.close()
            raise NotAFile(name=name)
        return BufferedReader(file)

    @contextmanager
    def created(self, name: str) -> Iterator[TextIO]:
        """A new file to write text into. Raises FileExistsError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED_ON_EXEC
        with open(os.open(name, flags, 0o644, dir_fd=self._descriptor), "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - a descriptor
            yield file

    def move(self, name: str, to: Folder, new_name: str) -> None:
        os.rename(name, new_name, src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor)

    def choose_name(self, wanted: str, *endings: str) -> str:
        """`wanted`, or the same with a number, so that neither it nor it with any of the endings is there yet."""
        pure = PurePath(wanted)
        stem = os.fsdecode(os.fsencode(pure.stem)[:LONGEST_STEM_BYTES])
        suffix = pure.suffix if len(os.fsencode(pure.suffix)) <= len(".filepart") else ""
        for number in itertools.count(1):
            name = f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"
            if not any(self._exists(name + ending) for ending in ("", *endings)):
                return name
        raise AssertionError  # numbers do not end

    def _exists(self, name: str) -> bool:
        return self.find(name) is not None


@contextmanager
def _held(descriptor: int) -> Iterator[Folder]:
    try:
        yield Folder(descriptor)
    finally:
        os.close(descriptor)
