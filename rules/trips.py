"""A tap is not a trip. Trips are found in the resident's taps, in the order in which they happened.

Boardings (leg `on` or `unknown`) within 60 minutes of a trip's first boarding are that one trip; chaining from the
latest boarding would let more taps earn less. A tap-off ends what was boarded: if it is at the same stop within ten
minutes, that boarding is no trip at all, whatever came of it in between.
"""

from collections.abc import Sequence
from typing import Final

from rules.errors import TRIP_CANCELLED, NeedsReplay
from rules.event import Event

TAP: Final = "transit.tap"
TRIP: Final = "transit.trip"
TRIP_MICROS: Final = 60 * 60 * 1_000_000
_NOTHING: Final[frozenset[int]] = frozenset()
SAME_STOP_MICROS: Final = 10 * 60 * 1_000_000


def _stop_of(tap: Event) -> str:
    """Stop codes belong to the source that uses them; an empty answer means that the stop is not known."""
    stop = tap.data.get("stop")
    return f"{tap.source} {stop}" if stop is not None else ""


def find_cancelled(boardings: dict[str, int], events: Sequence[Event], micros: Sequence[int]) -> frozenset[int]:
    """Which of the events, by index, are boardings that a later tap-off among them cancels.

    `boardings` (folded earlier; from `State`) is updated. Raises NeedsReplay when one of those is cancelled.
    """
    fresh: dict[str, list[int]] = {}
    cancelled: set[int] = set()
    for index, event in enumerate(events):
        if event.type != TAP:
            continue
        at, stop = micros[index], _stop_of(event)
        if event.data.get("leg") != "off":
            if stop:
                fresh.setdefault(stop, []).append(index)
            continue
        earlier = boardings.get(stop)
        if earlier is not None and at - earlier <= SAME_STOP_MICROS:
            raise NeedsReplay(TRIP_CANCELLED)
        cancelled.update(known for known in fresh.get(stop, ()) if at - micros[known] <= SAME_STOP_MICROS)
        boardings.clear()
        fresh.clear()
    for stop, indexes in fresh.items():
        boardings[stop] = micros[indexes[-1]]
    return frozenset(cancelled) if cancelled else _NOTHING


def classify(tap: Event, at: int, opened_at: int | None, *, cancelled: bool) -> str | None:
    """The reason why a tap is no trip of its own; None when it opens one."""
    if tap.data.get("leg") == "off":
        return "tap_off"
    if cancelled:
        return "no_trip_same_stop"
    if opened_at is not None and at - opened_at <= TRIP_MICROS:
        return "part_of_trip"
    return None
