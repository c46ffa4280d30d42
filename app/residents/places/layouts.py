"""The tables of places, as they are published, and how one row of each is read.

Columns are found by header, in upper or lower case; others are passed over. The public tables put a year into some of
their columns (WD24CD, LAD25NM): where several years stand side by side, the newest counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.residents.places.errors import PlaceColumnsMissing, PlaceTableUnknown, PostcodeMalformed
from rules.catalogue import NAME_PATTERN

Value = str | int | None
Cells = Mapping[str, str]

_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_CODE = re.compile(r"[A-Z][0-9]{8}")
_TENTHS = range(1, 11)
_LONGEST_NAME = 100


class RowRefused(Exception):
    """One row cannot be loaded. `str()` is the reason and never repeats the cell; `column` is as in the header."""

    def __init__(self, *, column: str, reason: str) -> None:
        self.column = column
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Part:
    """A column that the table has to have: `written` says its name to people, `pattern` finds it, in lower case."""

    key: str
    written: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of table: the database's own, its columns with the types of SQL, and how a row becomes values.

    The first of `parts` is what tells this table from the others. Of the parts in `one_of` one is enough.
    """

    table: str
    title: str
    parts: tuple[Part, ...]
    one_of: tuple[Part, ...]
    columns: tuple[tuple[str, str], ...]
    read: Callable[[Cells, Mapping[str, str]], tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class TableFound:
    """A file's layout, and under which of its own titles each part stands."""

    layout: Layout
    titles: Mapping[str, str]

    def read(self, cells: Cells) -> tuple[Value, ...]:
        """The values of `layout.columns`. Raises RowRefused."""
        return self.layout.read(cells, self.titles)


def normalise_postcode(written: str) -> str:
    """Capitals without spaces, such as LS11UR. Raises PostcodeMalformed."""
    postcode = "".join(written.split()).upper()
    if not _POSTCODE.fullmatch(postcode):
        raise PostcodeMalformed
    return postcode


def recognise_table(name: str, header: Sequence[str]) -> TableFound:
    """Raises PlaceTableUnknown or PlaceColumnsMissing; `name` is the file's, for their sentences."""
    for layout in LAYOUTS:
        if _find_title(layout.parts[0], header) is None:
            continue
        titles = {part.key: _find_title(part, header) for part in (*layout.parts, *layout.one_of)}
        missing = [part.written for part in layout.parts if titles[part.key] is None]
        if layout.one_of and all(titles[part.key] is None for part in layout.one_of):
            missing.append(" or ".join(part.written for part in layout.one_of))
        if missing:
            raise PlaceColumnsMissing(name=name, table=layout.title, missing=missing)
        return TableFound(layout, {key: title for key, title in titles.items() if title is not None})
    known = [f"{layout.title}, with a column {layout.parts[0].written}" for layout in LAYOUTS]
    raise PlaceTableUnknown(name=name, known=known)


def _find_title(part: Part, header: Sequence[str]) -> str | None:
    return max((title for title in header if re.fullmatch(part.pattern, title.strip().lower())), default=None)


def _read_ward(cells: Cells, titles: Mapping[str, str]) -> tuple[Value, ...]:
    return _code(cells, titles["code"], "ward"), _name(cells, titles["name"])


def _read_small_area(cells: Cells, titles: Mapping[str, str]) -> tuple[Value, ...]:
    written = cells[titles["decile"]].strip()
    decile = int(written) if re.fullmatch(r"[0-9]{1,2}", written) else 0
    if decile not in _TENTHS:
        raise RowRefused(column=titles["decile"], reason="The decile is a whole number from 1 to 10.")
    return _code(cells, titles["code"], "small area"), decile


def _read_postcode(cells: Cells, titles: Mapping[str, str]) -> tuple[Value, ...]:
    try:
        postcode = normalise_postcode(cells[titles["postcode"]])
    except PostcodeMalformed:
        reason = "This is not a UK postcode, such as LS1 1UR."
        raise RowRefused(column=titles["postcode"], reason=reason) from None
    areas = (
        _code(cells, titles[year], "small area") if year in titles and cells[titles[year]].strip() else None
        for year in ("area_2011", "area_2021")
    )
    return postcode, _code(cells, titles["ward"], "ward"), *areas


def _read_stop(cells: Cells, titles: Mapping[str, str]) -> tuple[Value, ...]:
    code = cells[titles["code"]].strip()
    if not re.fullmatch(NAME_PATTERN, code):
        reason = "A stop's code has 1 to 40 letters, digits, dots, colons and hyphens."
        raise RowRefused(column=titles["code"], reason=reason)
    latitude_e6 = _degrees_e6(cells, titles["latitude"], 90)
    longitude_e6 = _degrees_e6(cells, titles["longitude"], 180)
    if (latitude_e6 is None) != (longitude_e6 is None):
        raise RowRefused(column=titles["latitude"], reason="Latitude and longitude are given both or not at all.")
    return code, _name(cells, titles["name"]), _code(cells, titles["ward"], "ward"), latitude_e6, longitude_e6


def _code(cells: Cells, title: str, what: str) -> str:
    code = cells[title].strip().upper()
    if not code:
        raise RowRefused(column=title, reason=f"The row names no {what}.")
    if not _CODE.fullmatch(code):
        raise RowRefused(column=title, reason=f"The code of a {what} is a letter and eight digits.")
    return code


def _name(cells: Cells, title: str) -> str:
    name = " ".join(cells[title].split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise RowRefused(column=title, reason=f"A name has 1 to {_LONGEST_NAME} visible characters.")
    return name


def _degrees_e6(cells: Cells, title: str, most: int) -> int | None:
    """Millionths of a degree; None for an empty cell, which NaPTAN has where it knows a grid reference only."""
    written = cells[title].strip()
    if not written:
        return None
    try:
        degrees = Decimal(written)
    except InvalidOperation:
        degrees = Decimal("NaN")
    if not degrees.is_finite() or abs(degrees) > most:
        raise RowRefused(column=title, reason=f"This is a number of degrees from -{most} to {most}.")
    return int(degrees.scaleb(6).to_integral_value())


WARDS = Layout(
    "wards", "wards", (Part("code", "WDnnCD", r"wd\d\dcd"), Part("name", "WDnnNM", r"wd\d\dnm")), (),
    (("code", "text"), ("name", "text")), _read_ward,
)  # fmt: skip
SMALL_AREAS = Layout(
    "small_areas",
    "deprivation",
    (
        Part("code", '"LSOA code (2011)" or (2021)', r"lsoa code \(20\d\d\)"),
        Part(
            "decile",
            '"Index of Multiple Deprivation (IMD) Decile"',
            r"index of multiple deprivation \(imd\) decile( \(.*\))?",
        ),
    ),
    (),
    (("code", "text"), ("deprivation_decile", "smallint")),
    _read_small_area,
)
POSTCODES = Layout(
    "postcodes",
    "postcodes",
    (Part("postcode", "pcds", r"pcds"), Part("ward", "osward or wdnncd", r"osward|wd\d\dcd")),
    (Part("area_2011", "lsoa11 or lsoa11cd", r"lsoa11(cd)?"), Part("area_2021", "lsoa21 or lsoa21cd", r"lsoa21(cd)?")),
    (("postcode", "text"), ("ward_code", "text"), ("area_2011", "text"), ("area_2021", "text")),
    _read_postcode,
)
STOPS = Layout(
    "stops",
    "stops",
    (
        Part("code", "ATCOCode", r"atcocode"),
        Part("name", "CommonName", r"commonname"),
        Part("latitude", "Latitude", r"latitude"),
        Part("longitude", "Longitude", r"longitude"),
        Part("ward", "WardCode", r"wardcode"),
    ),
    (),
    (
        *(("code", "text"), ("name", "text"), ("ward_code", "text")),
        *(("latitude_e6", "integer"), ("longitude_e6", "integer")),
    ),
    _read_stop,
)
LAYOUTS = (POSTCODES, STOPS, SMALL_AREAS, WARDS)
"""A table of postcodes has the column of wards too, so it is tried before that of wards."""

LOAD_ORDER = (WARDS, SMALL_AREAS, POSTCODES, STOPS)
"""Postcodes and stops lie in wards that have to be known."""
