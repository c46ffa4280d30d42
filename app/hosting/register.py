"""A host's register as a CSV file: `member`, and where they matter `minutes` and `bags`, a line for each person."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from uuid import UUID

from app.hosting.attendance import MOST_LINES
from app.hosting.attendance_errors import RegisterUnfit
from app.hosting.people import Line
from app.residents.cards import BankCardNumber, mentions_bank_card_number

COLUMNS = ("member", "minutes", "bags")
MOST_MINUTES, MOST_BAGS = 1440, 500
LONGEST_CELL = 40


@dataclass(frozen=True)
class Row:
    """A person of a register as they were written down; `said` is what that means, or why it can't be read.

    `line` is that of the file, `attendance` the check-in that was ticked instead of writing a number.
    """

    member: str
    minutes: str
    bags: str
    said: Line | RegisterUnfit
    line: int | None = None
    attendance: UUID | None = None


def read_register(content: bytes) -> list[Line]:
    """Raises RegisterUnfit with the first line that can't be read, or BankCardNumber."""
    lines = []
    for row in read_rows(content):
        if isinstance(row.said, RegisterUnfit):
            raise row.said
        lines.append(row.said)
    return lines


def read_rows(content: bytes) -> list[Row]:
    """Each line with what is wrong with it, so that the others need not wait.

    Raises RegisterUnfit where the whole is no register, or BankCardNumber; nothing that a cell says is repeated.
    """
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RegisterUnfit("The file is not UTF-8. Save it as CSV UTF-8.") from None
    if mentions_bank_card_number(written):
        raise BankCardNumber
    reader = csv.reader(io.StringIO(written, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise RegisterUnfit("This line is not CSV.", line=reader.line_num) from None
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if "member" not in header or not set(header) <= set(COLUMNS) or len(set(header)) != len(header):
        raise RegisterUnfit("The first line has the columns' names: member, and minutes and bags if they matter.")
    if len(rows) > MOST_LINES + 1:
        raise RegisterUnfit(f"A register has at most {MOST_LINES} people. Send the rest as another file.")
    return [_read(header, row, line) for line, row in rows[1:]]


def read_row(member: str, minutes: str, bags: str, *, line: int | None = None, attendance: UUID | None = None) -> Row:
    """One person as they were typed or ticked."""
    said: Line | RegisterUnfit
    try:
        said = Line(
            member=None if attendance else member,
            attendance=attendance,
            minutes=_read_number(minutes, "minutes", MOST_MINUTES, line),
            bags=_read_number(bags, "bags", MOST_BAGS, line),
        )
    except RegisterUnfit as refusal:
        said = refusal
    return Row(member, minutes, bags, said, line, attendance)


def _read(header: list[str], row: list[str], line: int) -> Row:
    cells = dict(zip(header, (cell[:LONGEST_CELL] for cell in row), strict=False))
    if len(row) == len(header) and all(len(cell) <= LONGEST_CELL for cell in row):
        return read_row(cells["member"], cells.get("minutes", ""), cells.get("bags", ""), line=line)
    fault = RegisterUnfit("This line has other columns than the first one.", line=line)
    return Row(cells.get("member", ""), cells.get("minutes", ""), cells.get("bags", ""), fault, line)


def _read_number(written: str, column: str, most: int, line: int | None) -> int | None:
    cell = written.strip()
    if not cell:
        return None
    if not cell.isascii() or not cell.isdigit() or int(cell) > most:
        raise RegisterUnfit(f"In this line, {column} is not a whole number up to {most}.", line=line)
    return int(cell)
