"""A map of where rewards are, drawn by us: no tiles of somebody else's, who would learn who looks at what.

It helps to choose a place. The list beside it is complete without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 300
EDGE, SMALLEST = 1.5, 0.08

# Where the middle of each place is, to the nearest hundred metres or so: degrees north and east.
KNOWN = {
    "Adel": (53.848, -1.580), "Alwoodley": (53.860, -1.540), "Armley": (53.797, -1.591), "Beeston": (53.775, -1.568),
    "Bramley": (53.810, -1.633), "Burley": (53.806, -1.576), "Chapel Allerton": (53.829, -1.538),
    "Cross Gates": (53.805, -1.452), "Farsley": (53.811, -1.674), "Garforth": (53.792, -1.380),
    "Guiseley": (53.876, -1.712), "Harehills": (53.812, -1.508), "Headingley": (53.819, -1.575),
    "Holbeck": (53.786, -1.559), "Horsforth": (53.837, -1.637), "Hunslet": (53.781, -1.528),
    "Kippax": (53.767, -1.371), "Kirkstall": (53.816, -1.605), "Leeds city centre": (53.797, -1.543),
    "Meanwood": (53.829, -1.566), "Middleton": (53.748, -1.545), "Moortown": (53.845, -1.535),
    "Morley": (53.746, -1.603), "Otley": (53.905, -1.692), "Pudsey": (53.796, -1.663), "Rothwell": (53.751, -1.478),
    "Roundhay": (53.833, -1.503), "Seacroft": (53.821, -1.460), "Wetherby": (53.928, -1.386),
    "Woodhouse": (53.811, -1.555), "Yeadon": (53.867, -1.687),
}  # fmt: skip
RIVER = ((53.862, -1.745), (53.84, -1.66), (53.825, -1.62), (53.81, -1.59), (53.795, -1.555), (53.79, -1.53),
         (53.775, -1.50), (53.765, -1.44), (53.745, -1.40), (53.74, -1.345))  # fmt: skip
"""The Aire, which everybody in Leeds finds their way by."""


@dataclass(frozen=True)
class Spot:
    """A place on the map, in units of its picture, and how many rewards are there."""

    place: str
    x: float
    y: float
    rewards: int


@dataclass(frozen=True)
class Map:
    """The part of the city that holds all its spots. `river` is the points of a line."""

    spots: tuple[Spot, ...]
    river: str


def draw_map(places: Collection[tuple[str, int]]) -> Map:
    """Of each place with its number of rewards; one that the map does not know is on the list alone."""
    found = [(place, at, rewards) for place, rewards in places if (at := _find(place)) is not None]
    if not found:
        return Map((), "")
    norths, easts = zip(*(at for _, at, _ in found), strict=True)
    middle = ((min(norths) + max(norths)) / 2, (min(easts) + max(easts)) / 2)
    # A degree of latitude is 1.7 times as long as one of longitude here; the edge leaves room for names.
    span = max((max(easts) - min(easts)) * EDGE, (max(norths) - min(norths)) * EDGE * 1.7 * WIDTH / HEIGHT, SMALLEST)
    scale = WIDTH / span

    def project(at: tuple[float, float]) -> tuple[float, float]:
        north, east = at
        x, y = WIDTH / 2 + (east - middle[1]) * scale, HEIGHT / 2 - (north - middle[0]) * scale * 1.7
        return round(x, 1), round(y, 1)

    spots = tuple(Spot(place, *project(at), rewards) for place, at, rewards in found)
    return Map(spots, " ".join(f"{x},{y}" for x, y in map(project, RIVER)))


def _find(place: str) -> tuple[float, float] | None:
    return next((at for name, at in KNOWN.items() if name.casefold() in place.casefold()), None)
