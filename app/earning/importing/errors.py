"""Why a file cannot be imported at all; a bad row is no error, it goes to the file of error rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.clock import london_date, write_instant
from app.core.errors import Conflict, Invalid, NotFound


class MapUnusable(Invalid):
    """The map itself is wrong: where in it, and what."""

    code = "map-unusable"

    def __init__(self, *, name: str, where: str, fault: str) -> None:
        self.name, self.where, self.fault = name, where, fault
        at = f" at {where}" if where else ""
        super().__init__(f"The map {name} cannot be used{at}: {fault}")


class FileRefused(Invalid):
    """Nothing of the file can be taken; `line` is where that shows, None where no line can be named."""

    code = "file-refused"

    def __init__(self, sentence: str, *, name: str, line: int | None) -> None:
        self.name, self.line = name, line
        super().__init__(sentence)


class FileUnreadable(FileRefused):
    """The file is missing, not text in the declared encoding, or empty."""

    code = "file-unreadable"

    def __init__(self, *, name: str, fault: str, line: int | None = None) -> None:
        self.fault = fault
        super().__init__(f"The file {name} cannot be read: {fault}", name=name, line=line)


class ColumnsMissing(FileRefused):
    """The header lacks columns that the map names."""

    code = "columns-missing"

    def __init__(self, *, name: str, missing: Sequence[str], found: Sequence[str]) -> None:
        self.missing, self.found = list(missing), list(found)
        super().__init__(
            f"The file {name} has no column {_listed(missing)}, which the map asks for. "
            f"Its columns are {_listed(found)}.",
            name=name,
            line=1,
        )


class ColumnsChanged(FileRefused):
    """The header is not the one that the door knows, so nobody can say that the columns still mean what they did."""

    code = "columns-changed"

    def __init__(self, *, name: str, gone: Sequence[str], new: Sequence[str]) -> None:
        self.gone, self.new = list(gone), list(new)
        super().__init__(
            f"The columns of the file {name} have changed, line 1. Gone: {_listed(gone)}. New: {_listed(new)}. "
            "Send it as before, or have the door opened again for the new columns.",
            name=name,
            line=1,
        )


class ColumnTwice(FileRefused):
    """Two columns of one name: nobody can say which is meant."""

    code = "column-twice"

    def __init__(self, *, name: str, column: str) -> None:
        self.column = column
        super().__init__(f'The file {name} has the column "{column}" twice, line 1.', name=name, line=1)


class FileTruncated(FileRefused):
    """The file is not whole; `line` is where that shows."""

    code = "file-truncated"

    def __init__(self, *, name: str, line: int, fault: str) -> None:
        self.fault = fault
        super().__init__(f"The file {name} is not whole, line {line}: {fault}", name=name, line=line)


class RowBroken(FileRefused):
    """A row that is no row: a file with one was cut off, or damaged on its way."""

    code = "row-broken"

    def __init__(self, *, name: str, line: int, fault: str) -> None:
        self.fault = fault
        super().__init__(f"The file {name} is damaged or cut off, line {line}: {fault}", name=name, line=line)


class NoRowUsable(FileRefused):
    """Not one row can become an event: the file is not what the map is for."""

    code = "no-row-usable"

    def __init__(self, *, name: str, rows: int, line: int, column: str, fault: str) -> None:
        self.rows, self.column, self.fault = rows, column, fault
        where = f'line {line}, column "{column}"' if column else f"line {line}"
        super().__init__(
            f"None of the {rows} rows of the file {name} can be used. The first, {where}: {fault}",
            name=name,
            line=line,
        )


class ContentDiffers(FileRefused):
    """The content is not what its checksum says."""

    code = "content-differs"

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"The content of the file {name} is not what its checksum says: it changed on its way. Send it again.",
            name=name,
            line=None,
        )


class FileTooLarge(FileRefused):
    """More bytes than this way takes."""

    code = "file-too-large"

    def __init__(self, *, name: str, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(
            f"The file {name} has more than {limit_bytes:,} bytes. Send it in several files.", name=name, line=None
        )


class NotAFile(FileRefused):
    """A link, a pipe or a file that also stands elsewhere: following it could lead out of the folder."""

    code = "not-a-file"

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"{name} is a link or no ordinary file. Upload the file itself, under a name of its own.",
            name=name,
            line=None,
        )


class FileAlreadyTaken(Conflict):
    """The same content came before, under this name or another."""

    code = "file-already-taken"

    def __init__(self, *, earlier_id: str, earlier_name: str, received_at: datetime) -> None:
        self.earlier_id, self.earlier_name = earlier_id, earlier_name
        self.earlier_received_at = write_instant(received_at)
        super().__init__(
            f"The same content came already, as {earlier_name} ({earlier_id}), on {london_date(received_at)}. "
            "Nothing was done again."
        )


class TooManyFilesWaiting(Conflict):
    """The source's earlier files are to be worked on first."""

    code = "too-many-files-waiting"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"{most} files of this source wait to be worked on. Send the next one when they are done.")


class ImportUnknown(NotFound):
    """No such import, or not for this caller."""

    code = "import-unknown"

    def __init__(self) -> None:
        super().__init__("There is no import with this id.")


class DoorUnknown(NotFound):
    """No such door, or not for this caller."""

    code = "door-unknown"

    def __init__(self) -> None:
        super().__init__("There is no door of this name. Ask the scheme to open it, or correct the name.")


class DoorUnclear(Invalid):
    """A file's header does not say through which one door it comes; `doors` are those that could read it."""

    code = "door-unclear"

    def __init__(self, *, doors: Sequence[str]) -> None:
        self.doors = list(doors)
        super().__init__(
            f"Several operators' files have these columns: {', '.join(doors)}. Choose one."
            if doors
            else "No file that we know has these columns. Choose what it is, or check that it is the right file."
        )


class DoorNameUnfit(Invalid):
    """The name can't be that of a folder of the drop folder."""

    code = "door-name-unfit"

    def __init__(self) -> None:
        super().__init__(
            "A door is named with 2 to 40 of a-z, 0-9 and hyphens, beginning with a letter, and not done or quarantine."
        )


class SourceDiffers(Invalid):
    """The map claims another weight of evidence than the one the source was registered with."""

    code = "source-differs"

    def __init__(self, *, source: str, registered: str, declared: str) -> None:
        self.source, self.registered, self.declared = source, registered, declared
        super().__init__(
            f'The source {source} is registered with evidence "{registered}", and the map declares "{declared}". '
            "Correct the map."
        )


class ShiftIntoFuture(Invalid):
    """Nothing that has yet to happen can earn."""

    code = "shift-into-future"

    def __init__(self, *, shift_to_on: date, today_on: date) -> None:
        self.shift_to_on, self.today_on = shift_to_on.isoformat(), today_on.isoformat()
        super().__init__(f"--shift-to {shift_to_on} is in the future. Choose today ({today_on}) or an earlier date.")


class NothingToShift(Invalid):
    """No row of the file has a time that can be read."""

    code = "nothing-to-shift"

    def __init__(self, *, name: str) -> None:
        self.name = name
        super().__init__(f"No row of {name} has a time that the map can read, so its dates cannot be moved.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names) or "none"
