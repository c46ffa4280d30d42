"""The file of error rows: line, column, reason, code. It never repeats a cell, so it holds no card number."""

from __future__ import annotations

import csv
import os
import stat
from io import TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS = ("line", "column", "reason", "code")


class FaultFile:
    """Written only when there is something to say; a file left by an earlier run of ours is removed first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._file: TextIOBase | None = None

    def __enter__(self) -> Self:
        if self._is_ours():
            self.path.unlink()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _fault: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, *, line: int, column: str, reason: str, code: str) -> None:
        """One more row. Raises OSError when the file cannot be written."""
        if self._file is None:
            self._file = self.path.open("x", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(COLUMNS)
        csv.writer(self._file).writerow((line, column, reason, code))
        self.rows += 1

    def _is_ours(self) -> bool:
        try:
            with self.path.open(encoding="utf-8") as file:
                return file.readline().strip() == ",".join(COLUMNS)
        except (FileNotFoundError, UnicodeDecodeError):
            return False


def choose_fault_path(imported: Path) -> Path:
    """Beside the imported file, or in the current directory where that folder is read-only (for root too)."""
    name = f"{imported.stem}.errors.csv"
    folder = imported.parent
    open_to_us = folder.is_dir() and os.access(folder, os.W_OK) and folder.stat().st_mode & stat.S_IWUSR
    return imported.with_name(name) if open_to_us else Path.cwd() / name
