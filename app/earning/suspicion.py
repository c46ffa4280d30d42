"""Rules of suspicion: what hardly anybody can have done is held until a person has looked at it.

Pure, and asked of every event in memory, so that a batch without anything odd costs no statement more. A flag never
takes points: the event waits, and a person lets it count or says why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

HELD_FOR_REVIEW: Final = "held_for_review"
REFUSED_BY_REVIEW: Final = "refused_by_review"

TOO_FAST: Final = "too_fast"
FASTEST_M_A_SECOND: Final = 17
"""60 km an hour: faster than any bicycle over the length of a ride."""


@dataclass(frozen=True, slots=True)
class Bound:
    """More than `most` of the whole number `fact` is odd."""

    flag: str
    fact: str
    most: int


_BOUNDS: Final[Mapping[str, Bound]] = MappingProxyType(
    {
        "cycle.trip": Bound("too_far", "distance_m", 300_000),
        "walk.day": Bound("too_many_steps", "steps", 60_000),
        "volunteer.session": Bound("too_long", "minutes", 720),
        "litter.pick": Bound("too_many_bags", "bags", 100),
        "recycle.drop": Bound("too_heavy", "grams", 1_000_000),
    }
)

FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "too_fast": "The ride was faster than 60 km an hour.",
        "too_far": "The ride was longer than 300 km.",
        "too_many_steps": "There were more than 60,000 steps on one day.",
        "too_long": "It took longer than 12 hours.",
        "too_many_bags": "There were more than 100 bags of litter for one person.",
        "too_heavy": "There was more than a tonne of recycling in one visit.",
        "crowded_code": "More people than usual used one and the same check-in code within a minute.",
        "redeemed_at_once": "An unusual share of this partner's vouchers is used within minutes, by few people.",
    }
)
"""What each flag says, for officers and for the resident."""


def find_suspicion(type_name: str, data: Mapping[str, object]) -> str | None:
    """The flag of an event whose data keep to its type's schema, or None."""
    bound = _BOUNDS.get(type_name)
    if bound is None:
        return None
    told = data.get(bound.fact)
    if isinstance(told, int) and told > bound.most:
        return bound.flag
    if type_name == "cycle.trip":
        metres, seconds = data.get("distance_m"), data.get("duration_seconds")
        if isinstance(metres, int) and isinstance(seconds, int) and metres > FASTEST_M_A_SECOND * seconds:
            return TOO_FAST
    return None
