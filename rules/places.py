"""Where an event was: circles written into a condition, and the named zones that are published with the rules.

All arithmetic is of whole numbers, so that every machine draws the same line.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from rules.catalogue import LATITUDE, LOCATION, LONGITUDE
from rules.conditions import ZONE_PATTERN, Circle, Condition, Part
from rules.errors import RuleSetRefused
from rules.event import Value

# Micrometres in a millionth of a degree of latitude, on a sphere of 6,371 km.
_STEP_UM: Final = 111_195
_MILLION: Final = 1_000_000
Position = tuple[int, int]


class Point(Part):
    latitude_e6: Annotated[int, Field(ge=-90_000_000, le=90_000_000)]
    longitude_e6: Annotated[int, Field(ge=-180_000_000, le=180_000_000)]


class Zone(Part):
    """A named area inside an outline, whose last point is joined to its first."""

    name: Annotated[str, Field(pattern=ZONE_PATTERN)]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    outline: Annotated[tuple[Point, ...], Field(min_length=3, max_length=500)]


Zones = Mapping[str, Zone]
NO_ZONES: Final[Zones] = MappingProxyType({})


def find_position(data: Mapping[str, Value]) -> Position | None:
    """(latitude, longitude) in millionths of a degree; None unless the event says both."""
    latitude, longitude = data.get(LATITUDE), data.get(LONGITUDE)
    if type(latitude) is int and type(longitude) is int:
        return latitude, longitude
    return None


def is_inside(area: Circle | Zone, at: Position) -> bool:
    if isinstance(area, Zone):
        return _is_in_outline([(point.latitude_e6, point.longitude_e6) for point in area.outline], at)
    north_um = (at[0] - area.latitude_e6) * _STEP_UM
    # Meridians draw together towards the poles; a ratio in millionths is the same on every machine.
    shrunk_e6 = round(math.cos(math.radians(area.latitude_e6 / _MILLION)) * _MILLION)
    east_um = (at[1] - area.longitude_e6) * _STEP_UM * shrunk_e6 // _MILLION
    return north_um**2 + east_um**2 <= (area.radius_m * _MILLION) ** 2


def _is_in_outline(outline: Sequence[Position], at: Position) -> bool:
    """Whether a line from there to the east crosses the outline an odd number of times."""
    inside = False
    for (lat, lon), (other_lat, other_lon) in pairwise([*outline, outline[0]]):
        if (lat > at[0]) != (other_lat > at[0]):
            # The crossing lies east of the point; multiplied out, so that nothing is rounded.
            along = (at[0] - lat) * (other_lon - lon) - (at[1] - lon) * (other_lat - lat)
            inside ^= (along > 0) == (other_lat > lat)
    return inside


def find_zones(zones: Zones, at: Position) -> frozenset[str]:
    return frozenset(name for name, zone in zones.items() if is_inside(zone, at))


def holds(condition: Condition, data: Mapping[str, Value], zones: Zones) -> bool:
    """The plain reading of a condition on the location or the zone; an event that does not say where passes none."""
    at = find_position(data)
    if at is None:
        return False
    if isinstance(condition.value, Circle):
        return is_inside(condition.value, at)
    inside, named = find_zones(zones, at), {str(value) for value in condition.scalars()}
    match condition.op:
        case "has":
            return bool(inside) or condition.fact == LOCATION
        case "is_not" | "not_in":
            return not inside & named
        case _:
            return bool(inside & named)


def areas_of(condition: Condition, zones: Zones, rule: str) -> tuple[tuple[Circle | Zone, ...], bool]:
    """The areas of which one must, or (False) none may, hold the event. Raises RuleSetRefused for an unknown zone."""
    if isinstance(condition.value, Circle):
        return (condition.value,), True
    if condition.op == "has":
        return (() if condition.fact == LOCATION else tuple(zones.values())), condition.fact != LOCATION
    names = [str(value) for value in condition.scalars()]
    for name in names:
        if name not in zones:
            raise RuleSetRefused(rule, f"There is no zone of the name {name}.")
    return tuple(zones[name] for name in names), condition.op not in ("is_not", "not_in")


class PlaceTable:
    """Which rules (as bits) do not mind where an event was; each area is looked at once for all of them."""

    __slots__ = ("_areas", "_missing", "_tests")

    def __init__(self, wanted: Sequence[Sequence[tuple[tuple[Circle | Zone, ...], bool]]]) -> None:
        """`wanted` has, for each bit, what `areas_of` gave for each of its conditions."""
        areas: dict[Circle | Zone, int] = {}
        tests: dict[tuple[frozenset[int], bool], int] = {}
        for at, conditions in enumerate(wanted):
            for some, inside in conditions:
                numbers = frozenset(areas.setdefault(area, len(areas)) for area in some)
                tests[numbers, inside] = tests.get((numbers, inside), 0) | 1 << at
        self._areas = tuple(areas)
        self._tests = tuple((numbers, inside, bits) for (numbers, inside), bits in tests.items())
        self._missing = sum(1 << at for at, conditions in enumerate(wanted) if not conditions)

    def narrow(self, mask: int, data: Mapping[str, Value]) -> int:
        at = find_position(data)
        if at is None:
            return mask & self._missing
        inside = {number for number, area in enumerate(self._areas) if is_inside(area, at)}
        for numbers, wanted, bits in self._tests:
            if inside.isdisjoint(numbers) is wanted:
                mask &= ~bits
        return mask

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlaceTable):
            return NotImplemented
        return (self._areas, self._tests, self._missing) == (other._areas, other._tests, other._missing)

    def __hash__(self) -> int:
        return hash((self._areas, self._tests, self._missing))
