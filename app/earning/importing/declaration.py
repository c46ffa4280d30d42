"""The map of an operator's file: which column says what, declared in TOML. docs/how-to/import-a-file.md explains it."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.earning.importing.errors import MapUnusable
from rules.catalogue import EVENT_TYPES

Evidence = Literal["any", "verified", "registered_organisation"]


class Part(BaseModel):
    """Base of everything in a map: a misspelt key is refused, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = f'"{name}" is not the name of a time zone; use one like "Europe/London" or "UTC"'
        raise ValueError(message)
    return name


def _fillable(template: str) -> str:
    if not list(columns_of(template)):
        message = 'a template names at least one column in braces, as in "card:{user_id}"'
        raise ValueError(message)
    return template


Template = Annotated[str, AfterValidator(_fillable)]


def columns_of(template: str) -> Iterator[str]:
    """The columns that `template` names in braces. Raises ValueError when a brace is left open."""
    for _, name, specification, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name or specification or conversion:
            message = "braces hold the name of a column and nothing else"
            raise ValueError(message)
        yield name


def _counting(trailer: str) -> str:
    if list(columns_of(trailer)) != ["rows"]:
        message = 'a trailer says once where the number of rows stands, as in "END,{rows}"'
        raise ValueError(message)
    return trailer


class FileForm(Part):
    """How the file is written. `utf-8-sig` reads UTF-8 with and without a byte order mark.

    `trailer` is the last line of a file that says how many rows it has. The others are for doors: `columns` is the
    whole header, in any order (else that of the door's first file); `final_newline` is false for files whose last line
    has no line end, where a missing one does not mean that the file was cut off; with `checksum` each dropped file
    waits for another one, named like it with .sha256 at the end.
    """

    encoding: Literal["utf-8-sig", "utf-16", "cp1252", "iso-8859-1"] = "utf-8-sig"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    trailer: Annotated[str, AfterValidator(_counting)] | None = None
    columns: tuple[str, ...] = ()
    final_newline: bool = True
    checksum: bool = False

    def match_trailer(self, values: Sequence[str]) -> int | None:
        """How many rows this line claims there are; None when it is no trailer."""
        if self.trailer is None:
            return None
        before, after = (re.escape(part) for part in self.trailer.split("{rows}"))
        match = re.fullmatch(f"{before}([0-9]{{1,12}}){after}", self.delimiter.join(values).strip())
        return int(match[1]) if match else None


class EventId(Part):
    """What makes a row the same event when the file comes again.

    `template` for a file with an id of its own. `hash_of` for one without: a keyed hash of those columns, because a
    plain one of so few possible cards could be guessed back.
    """

    template: Template | None = None
    hash_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> EventId:
        if (self.template is None) == (not self.hash_of):
            message = "give either template or hash_of"
            raise ValueError(message)
        return self


class TimeForm(Part):
    """Which column says when it happened. `zone` reads times that name no zone; they are wall-clock times there."""

    column: str
    format: str = "iso"
    zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class ColumnFact(Part):
    """A fact taken from one column.

    `multiply` turns the file's unit into ours (km into metres: 1000); the product is cut to a whole number.
    `kind = "name"` keeps letters, digits and `: . -` and turns the rest into hyphens. `only_where` leaves the fact
    out of rows whose other columns say something else. An empty cell is a fault unless `optional`.
    """

    column: str
    kind: Literal["integer", "text", "name"] = "text"
    multiply: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    values: dict[str, str] = {}
    only_where: dict[str, tuple[str, ...]] = {}
    optional: bool = False


class DurationFact(Part):
    """Whole seconds from one time column to another, both written as `[time]` says."""

    seconds_from: str
    seconds_to: str


class ConstantFact(Part):
    """The same in every row."""

    constant: str | int


Fact = ColumnFact | DurationFact | ConstantFact


class ImportMap(Part):
    """One operator's file. `evidence` is what the source's word is worth; it must match the registered source."""

    title: str
    source: Annotated[str, Field(pattern=r"^urn:[a-zA-Z0-9][a-zA-Z0-9:.\-]{1,78}$")]
    type: str
    evidence: Evidence
    subject: Template
    file: FileForm = FileForm()
    id: EventId
    time: TimeForm
    data: dict[str, Fact] = {}

    @model_validator(mode="after")
    def _known_facts(self) -> ImportMap:
        kind = EVENT_TYPES.get(self.type)
        if kind is None or kind.derived:
            message = f'"{self.type}" is not a type of event that can be sent'
            raise ValueError(message)
        known = {fact.name: fact for fact in kind.facts}
        unknown = sorted(self.data.keys() - known.keys())
        if unknown:
            message = f"{self.type} has no fact {', '.join(unknown)}; it has {', '.join(known)}"
            raise ValueError(message)
        missing = sorted(fact.name for fact in kind.facts if fact.required and fact.name not in self.data)
        if missing:
            message = f"{self.type} needs {', '.join(missing)} in [data]"
            raise ValueError(message)
        return self

    def columns(self) -> list[str]:
        """Every column that the map names, in its order, each once."""
        named = [*columns_of(self.subject), *columns_of(self.id.template or ""), *self.id.hash_of, self.time.column]
        for fact in self.data.values():
            if isinstance(fact, ColumnFact):
                named += [fact.column, *fact.only_where]
            elif isinstance(fact, DurationFact):
                named += [fact.seconds_from, fact.seconds_to]
        return list(dict.fromkeys(named))

    def column_of_fact(self, name: str) -> str:
        """The column behind a fact, so that a refused fact can be found in the file; empty for a constant."""
        fact = self.data.get(name)
        if isinstance(fact, ColumnFact):
            return fact.column
        return fact.seconds_to if isinstance(fact, DurationFact) else ""


def load_map(path: Path) -> ImportMap:
    """Read a map. Raises MapUnusable, with the place of the first fault."""
    try:
        written = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = (fault.strerror or "it cannot be read") if isinstance(fault, OSError) else "it is not UTF-8 text"
        raise MapUnusable(name=path.name, where="", fault=f"{reason}.") from fault
    try:
        return ImportMap.model_validate(tomllib.loads(written))
    except tomllib.TOMLDecodeError as fault:
        raise MapUnusable(name=path.name, where="", fault=f"{fault}.") from fault
    except ValidationError as faults:
        first = faults.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MapUnusable(name=path.name, where=where, fault=f"{first['msg']}.") from faults
