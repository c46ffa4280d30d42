"""Rules of suspicion: what hardly anybody can have done is held until a person has looked at it.

Pure, and asked of every event in memory, so that a batch without anything odd costs no statement more. A flag never
takes points: the event waits, and a person lets it count or says why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.core.flag_bounds import FlagBounds

HELD_FOR_REVIEW: Final = "held_for_review"
REFUSED_BY_REVIEW: Final = "refused_by_review"

TOO_FAST: Final = "too_fast"


@dataclass(frozen=True, slots=True)
class _Rule:
    """More than `most` of these bounds of the whole number `fact` is odd; `scale` of its units are one of theirs."""

    flag: str
    fact: str
    most: str
    scale: int = 1


_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "cycle.trip": _Rule("too_far", "distance_m", "ride_km", 1000),
        "walk.day": _Rule("too_many_steps", "steps", "steps_a_day"),
        "volunteer.session": _Rule("too_long", "minutes", "session_minutes"),
        "litter.pick": _Rule("too_many_bags", "bags", "litter_bags"),
        "recycle.drop": _Rule("too_heavy", "grams", "recycled_kg", 1000),
    }
)

FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "too_fast": "The ride was faster than bicycles go.",
        "too_far": "The ride was longer than people ride.",
        "too_many_steps": "There were more steps than people walk in a day.",
        "too_long": "It took longer than people are at it.",
        "too_many_bags": "There were more bags of litter than one person picks.",
        "too_heavy": "There was more recycling than one visit brings.",
        "crowded_code": "More people than usual used one and the same check-in code within a minute.",
        "not_received": "A resident who was asked says that they did not get what a voucher of this partner was for.",
        "redeemed_at_once": "An unusual share of this partner's vouchers is used within minutes, by few people.",
    }
)
"""What each flag says, for officers and for the resident."""


def find_suspicion(type_name: str, data: Mapping[str, object], bounds: FlagBounds) -> str | None:
    """The flag of an event whose data keep to its type's schema, or None."""
    rule = _RULES.get(type_name)
    if rule is None:
        return None
    told = data.get(rule.fact)
    if isinstance(told, int) and told > getattr(bounds, rule.most) * rule.scale:
        return rule.flag
    if type_name == "cycle.trip":
        metres, seconds = data.get("distance_m"), data.get("duration_seconds")
        if isinstance(metres, int) and isinstance(seconds, int) and metres * 18 > bounds.ride_km_an_hour * 5 * seconds:
            return TOO_FAST
    return None


def tell_bounds(bounds: FlagBounds) -> tuple[str, ...]:
    """What more than is held, for the public record."""
    return (
        f"A bike ride: {bounds.ride_km_an_hour} km an hour, {bounds.ride_km} km.",
        f"A day's walk: {bounds.steps_a_day:,} steps.",
        f"A session of volunteering: {bounds.session_minutes} minutes.",
        f"A litter pick: {bounds.litter_bags} bags.",
        f"A visit with recycling: {bounds.recycled_kg:,} kg.",
        f"A check-in code: {bounds.code_users} people within its minute.",
    )
