"""Why a file cannot be imported at all; a bad row is no error, it goes to the file of error rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.core.errors import Invalid


class MapUnusable(Invalid):
    """The map itself is wrong: where in it, and what."""

    code = "map-unusable"

    def __init__(self, *, name: str, where: str, fault: str) -> None:
        self.name, self.where, self.fault = name, where, fault
        at = f" at {where}" if where else ""
        super().__init__(f"The map {name} cannot be used{at}: {fault}")


class FileUnreadable(Invalid):
    """The file is missing, not text in the declared encoding, or empty."""

    code = "file-unreadable"

    def __init__(self, *, name: str, fault: str) -> None:
        self.name, self.fault = name, fault
        super().__init__(f"The file {name} cannot be read: {fault}")


class ColumnsMissing(Invalid):
    """The header lacks columns that the map names."""

    code = "columns-missing"

    def __init__(self, *, name: str, missing: Sequence[str], found: Sequence[str]) -> None:
        self.name, self.missing, self.found = name, list(missing), list(found)
        super().__init__(
            f"The file {name} has no column {_listed(missing)}, which the map asks for. "
            f"Its columns are {_listed(found)}."
        )


class FileTruncated(Invalid):
    """The file is not whole; `line` is where that shows."""

    code = "file-truncated"

    def __init__(self, *, name: str, line: int, fault: str) -> None:
        self.name, self.line, self.fault = name, line, fault
        super().__init__(f"The file {name} is not whole, line {line}: {fault}")


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
