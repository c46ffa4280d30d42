"""Zones from a GeoJSON file (RFC 7946), as mapping programs and the council's own maps write it."""

from __future__ import annotations

from typing import Literal

import msgspec
from pydantic import ValidationError

from app.core.errors import Invalid
from rules.places import Point, Zone

_E6 = 1_000_000


class ZoneFileUnfit(Invalid):
    """A file that is not outlines with names; `where` is the feature."""

    code = "zone-file-unfit"

    def __init__(self, sentence: str, *, where: str = "") -> None:
        self.where = where
        super().__init__(f"{where}: {sentence}" if where else sentence)


class _Properties(msgspec.Struct):
    name: str
    title: str


class _Polygon(msgspec.Struct):
    type: Literal["Polygon"]
    coordinates: list[list[list[float]]]


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: _Polygon


class _Collection(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: list[_Feature]


def read_zones(content: bytes) -> tuple[Zone, ...]:
    """One for each feature: a polygon without holes, with `name` and `title`. Raises ZoneFileUnfit."""
    try:
        collection = msgspec.json.decode(content, type=_Collection)
    except msgspec.DecodeError as fault:
        sentence = "It is to be a GeoJSON FeatureCollection of Polygons, each with the properties name and title"
        raise ZoneFileUnfit(f"{sentence}: {fault}.") from fault
    zones = tuple(_read(feature, at) for at, feature in enumerate(collection.features))
    if not zones:
        raise ZoneFileUnfit("It has no features.")
    names = [zone.name for zone in zones]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ZoneFileUnfit(f"There is another zone of the name {name}.", where=f"features[{at}]")
    return zones


def _read(feature: _Feature, at: int) -> Zone:
    where = f"features[{at}]"
    rings = feature.geometry.coordinates
    if len(rings) != 1:
        raise ZoneFileUnfit("A zone is one outline without holes.", where=where)
    outline = rings[0]
    if any(len(position) not in (2, 3) for position in outline):
        raise ZoneFileUnfit("A position is longitude and latitude.", where=where)
    # GeoJSON names the first point again at the end; our outlines close by themselves.
    if len(outline) > 1 and outline[0] == outline[-1]:
        outline = outline[:-1]
    try:
        points = tuple(Point(latitude_e6=round(one[1] * _E6), longitude_e6=round(one[0] * _E6)) for one in outline)
        return Zone(name=feature.properties.name, title=feature.properties.title, outline=points)
    except ValidationError as fault:
        first = fault.errors()[0]
        part = ".".join(map(str, first["loc"])) or "position"
        raise ZoneFileUnfit(f"{part}: {first['msg']}.", where=where) from fault
