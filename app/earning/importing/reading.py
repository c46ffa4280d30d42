"""Rows of a CSV file as a stream: flat memory, each row with its line, a bad row a fault and not the end."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from app.earning.importing.declaration import FileForm
from app.earning.importing.errors import ColumnsMissing, FileTruncated, FileUnreadable

LONGEST_CELL = 10_000
LONGEST_LINE = 1 << 20
"""Characters. A longer line is never held in memory whole."""
_ASK_EVERY = 200


class RowFault(Exception):
    """One row cannot become an event. `str()` is the reason and never repeats what the cell says."""

    def __init__(self, *, column: str, code: str, reason: str) -> None:
        self.column, self.code = column, code
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where the row begins, the header being line 1."""

    line: int
    cells: Mapping[str, str] | RowFault


def read_rows(
    path: Path, form: FileForm, columns: Sequence[str], *, passed: Callable[[int], None] = lambda _: None
) -> Iterator[Row]:
    """Stream the rows; `passed` is told now and then how many bytes lie behind.

    Raises FileUnreadable, ColumnsMissing when the header lacks one of `columns`, or FileTruncated at its end when
    the trailer that `form` promises is missing or counts otherwise.
    """
    try:
        with path.open("rb") as raw:
            yield from read_stream(raw, path.name, form, columns, passed=passed)
    except OSError as fault:
        raise FileUnreadable(name=path.name, fault=f"{fault.strerror or 'the system refuses'}.") from fault


def read_stream(
    raw: BufferedReader[Any],
    name: str,
    form: FileForm,
    columns: Sequence[str],
    *,
    passed: Callable[[int], None] = lambda _: None,
    check_header: Callable[[Sequence[str]], None] = lambda _: None,
) -> Iterator[Row]:
    """The same of a file that is open already and is called `name`; `check_header` may refuse its columns.

    It is closed at the end.
    """
    try:
        with TextIOWrapper(raw, encoding=form.encoding, newline="") as text:
            for number, row in enumerate(_read(name, text, form, columns, check_header)):
                if number % _ASK_EVERY == 0:
                    passed(raw.tell())
                yield row
            passed(raw.tell())
    except UnicodeError as fault:
        expected = "UTF-8" if form.encoding == "utf-8-sig" else form.encoding
        reason = f"it is not {expected} text. Save it as {expected}, or name its encoding in the map."
        raise FileUnreadable(name=name, fault=reason) from fault


def _read(
    name: str,
    text: TextIOWrapper,
    form: FileForm,
    columns: Sequence[str],
    check_header: Callable[[Sequence[str]], None],
) -> Iterator[Row]:
    lines = csv.reader(_split_lines(name, text), delimiter=form.delimiter, strict=True)
    try:
        header = [title.strip() for title in next(lines)]
    except (StopIteration, csv.Error) as fault:
        raise FileUnreadable(name=name, fault="it has no header line.") from fault
    missing = [column for column in columns if column not in header]
    if missing:
        raise ColumnsMissing(name=name, missing=missing, found=header)
    check_header(header)
    rows = 0
    while True:
        line = lines.line_num + 1
        try:
            values = next(lines)
        except StopIteration:
            if form.trailer is not None:
                raise FileTruncated(name=name, line=line, fault="its trailer is missing.") from None
            return
        except csv.Error:
            rows += 1
            yield Row(line, RowFault(column="", code="row-malformed", reason="The line is not well-formed CSV."))
            continue
        promised = form.match_trailer(values)
        if promised is not None:
            _check_trailer(name, line, lines, rows, promised)
            return
        if values:
            rows += 1
            yield Row(line, _cells(header, values))


def _split_lines(name: str, text: TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise FileUnreadable(name=name, line=number, fault=f"line {number} is over {LONGEST_LINE} characters.")
        yield line


def _check_trailer(name: str, line: int, rest: Iterator[list[str]], rows: int, promised: int) -> None:
    if rows != promised:
        raise FileTruncated(name=name, line=line, fault=f"its trailer says {promised} rows, and it has {rows}.")
    if any(rest):
        raise FileTruncated(name=name, line=line + 1, fault="there are lines after its trailer.")


def _cells(header: Sequence[str], values: Sequence[str]) -> Mapping[str, str] | RowFault:
    if len(values) != len(header):
        reason = f"The row has {len(values)} columns; the header has {len(header)}."
        return RowFault(column="", code="row-malformed", reason=reason)
    for title, value in zip(header, values, strict=True):
        if len(value) > LONGEST_CELL:
            return RowFault(column=title, code="row-malformed", reason=f"The cell is over {LONGEST_CELL} characters.")
    return dict(zip(header, values, strict=True))
