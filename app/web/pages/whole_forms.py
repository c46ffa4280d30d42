"""Forms whose fields depend on what they are about, read whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, Request

from app.web.faults import ParameterInvalid

MOST_FIELDS = 400


class WholeForm:
    """What was sent, by name; every value is text, stripped."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values

    def one(self, name: str) -> str:
        """The first value, empty where there is none."""
        return next(iter(self._values.get(name, ())), "")

    def every(self, name: str) -> list[str]:
        return [value for value in self._values.get(name, ()) if value]

    def as_sent(self) -> dict[str, str]:
        """First values by name, to fill the form in again."""
        return {name: self.one(name) for name in self._values}


def drop_nulls(written: str) -> str:
    """PostgreSQL's text cannot hold a NUL, so nothing that is looked for or kept has one."""
    return written.replace("\0", "")


async def _read(request: Request) -> WholeForm:
    values: dict[str, list[str]] = {}
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if not isinstance(value, str):
                raise ParameterInvalid(name, "it takes text, not a file")
            values.setdefault(name, []).append(drop_nulls(value).strip())
    return WholeForm(values)


SentForm = Annotated[WholeForm, Depends(_read)]
