"""Thanks without points: what a resident does still counts as done, and earns nothing.

Some people lose benefits, or simply do not want to be paid for helping. They say so for a kind of action, and from then
on events of that kind are kept with the reason `declined`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Invalid

KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "volunteering": ("volunteer.session", "litter.pick"),
        "travel": ("transit.tap", "cycle.trip", "parking.stay"),
        "health": ("health.session", "walk.day"),
        "home": ("home.energy_visit", "home.safety_check"),
        "recycling": ("recycle.drop",),
        "visits": ("checkin.scan",),
        "having_a_say": ("engage.consultation", "survey.completed"),
        "inviting": ("referral.qualified",),
    }
)
"""Kinds of action as people speak of them, with the event types that they arrive as."""

DECLINED_TYPES: Final = "declined"
"""The event types for which somebody wants no points, among the facts that go with an event."""


class ThanksKindUnknown(Invalid):
    """Not a kind of action."""

    code = "thanks-kind-unknown"

    def __init__(self) -> None:
        super().__init__(f"Name some of these: {', '.join(KINDS)}.")
        self.kinds = list(KINDS)


def decline_points(session: Session, *, resident_id: int, kinds: Collection[str]) -> tuple[str, ...]:
    """From now on no points for these kinds, and again for all others. Raises ThanksKindUnknown."""
    if not KINDS.keys() >= set(kinds):
        raise ThanksKindUnknown
    chosen = tuple(kind for kind in KINDS if kind in kinds)
    session.execute(
        text("UPDATE residents SET declined = CAST(:kinds AS text[]) WHERE id = :resident"),
        {"kinds": list(chosen) or None, "resident": resident_id},
    )
    return chosen


def list_declined(session: Session, *, resident_id: int) -> tuple[str, ...]:
    """The kinds for which the resident wants no points."""
    kept = session.execute(text("SELECT declined FROM residents WHERE id = :id"), {"id": resident_id}).scalar_one()
    return tuple(kept or ())


@lru_cache(maxsize=512)
def types_of(kinds: tuple[str, ...]) -> str:
    """The event types of these kinds in one word each, as they stand among a resident's facts."""
    return " ".join(name for kind in kinds for name in KINDS.get(kind, ()))


def declines(facts: Mapping[str, object], type_name: str) -> bool:
    """Whether somebody with these facts wants no points for such an event."""
    declined = facts.get(DECLINED_TYPES)
    return isinstance(declined, str) and type_name in declined.split()
