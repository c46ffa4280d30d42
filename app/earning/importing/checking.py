"""Reads an operator's file to its end before anything of it is kept, and refuses what is not whole or not as agreed."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.earning.importing.declaration import FileForm
from app.earning.importing.errors import (
    ColumnsChanged,
    ColumnTwice,
    ContentDiffers,
    FileTruncated,
    FileUnreadable,
    NoRowUsable,
    RowBroken,
)
from app.earning.importing.mapping import EventMapper
from app.earning.importing.reading import RowFault, read_stream
from app.earning.importing.vault import PIECE_BYTES, KeptContent


@dataclass(frozen=True)
class Checked:
    """A file that can be taken: its header and how many rows it has."""

    columns: tuple[str, ...]
    rows: int


def check_content(
    open_content: Callable[[], KeptContent],
    *,
    name: str,
    sha256: bytes,
    mapper: EventMapper,
    columns: Sequence[str] | None,
    passed: Callable[[int], None],
) -> Checked:
    """Read a file and change nothing. `columns` is the header that its door knows. Raises a FileRefused."""
    form = mapper.import_map.file
    header: list[str] = []

    def check_header(found: Sequence[str]) -> None:
        _check_header(name, found, columns)
        header.extend(found)

    content = open_content()
    line, rows, first_fault = 1, 0, None
    try:
        stream = io.BufferedReader(content)
        read = read_stream(stream, name, form, mapper.import_map.columns(), passed=passed, check_header=check_header)
        usable = 0
        for row in read:
            line, rows = row.line, rows + 1
            if isinstance(row.cells, RowFault):
                raise RowBroken(name=name, line=row.line, fault=str(row.cells))
            try:
                mapper.to_event(row.cells)
                usable += 1
            except RowFault as fault:
                first_fault = first_fault or (row.line, fault)
    except FileUnreadable as fault:
        if not isinstance(fault.__cause__, UnicodeError):
            raise
        raise FileUnreadable(name=name, fault=fault.fault, line=_find_undecodable(open_content(), form)) from fault
    if content.digest() != sha256:
        raise ContentDiffers(name=name)
    if form.final_newline and form.trailer is None and not _ends_a_line(content.ending, form):
        raise FileTruncated(name=name, line=line, fault="its last line has no end.")
    if first_fault is not None and not usable:
        at, first = first_fault
        raise NoRowUsable(name=name, rows=rows, line=at, column=first.column, fault=str(first))
    return Checked(tuple(header), rows)


def _check_header(name: str, found: Sequence[str], known: Sequence[str] | None) -> None:
    for number, column in enumerate(found):
        if not column.isprintable():
            raise FileUnreadable(name=name, line=1, fault="its header has characters that can't be printed, line 1.")
        if column in found[:number]:
            raise ColumnTwice(name=name, column=column)
    if known is None or set(known) == set(found):
        return
    raise ColumnsChanged(
        name=name,
        gone=[column for column in known if column not in found],
        new=[column for column in found if column not in known],
    )


def _ends_a_line(ending: bytes, form: FileForm) -> bool:
    if form.encoding == "utf-16":
        return ending.endswith((b"\n\0", b"\0\n", b"\r\0", b"\0\r"))
    return ending.endswith((b"\n", b"\r"))


def _find_undecodable(content: KeptContent, form: FileForm) -> int | None:
    """The line that is not text in the declared encoding; None where lines can't be told apart without decoding."""
    if form.encoding == "utf-16":
        return None
    decoder = codecs.getincrementaldecoder("utf-8" if form.encoding == "utf-8-sig" else form.encoding)()
    line = 1
    with io.BufferedReader(content) as raw:
        while True:
            piece = raw.read(PIECE_BYTES)
            try:
                line += decoder.decode(piece, final=not piece).count("\n")
            except UnicodeDecodeError as fault:
                return line + fault.object[: fault.start].count(b"\n")
            if not piece:
                return None
