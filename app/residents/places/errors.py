"""Why a table of places, or a postcode, is declined. None repeats what a cell or a person said."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import Invalid


class PostcodeMalformed(Invalid):
    """Not written as a postcode; one that is merely not in the tables is no error."""

    code = "postcode-malformed"

    def __init__(self) -> None:
        super().__init__("This is not a full UK postcode. Write it like LS1 1UR.")


class PlaceTableUnknown(Invalid):
    """The header is that of none of the tables."""

    code = "place-table-unknown"

    def __init__(self, *, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, list(known)
        super().__init__(f"The file {name} is not a table of places that we know. We know: {'; '.join(known)}.")


class PlaceColumnsMissing(Invalid):
    """The table was recognised by its main column and lacks others; each is given with the names it may have."""

    code = "place-columns-missing"

    def __init__(self, *, name: str, table: str, missing: Sequence[str]) -> None:
        self.name, self.table, self.missing = name, table, list(missing)
        super().__init__(f"The file {name} is a table of {table} and has no column {'; '.join(missing)}.")
