"""Why an event earned nothing, or why a rule did what it did, in words that a resident can read."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "another_offer_was_better": "You got points for this under another offer that was worth more.",
        "awarded": "You got points for this.",
        "before_scheme": "This happened before the scheme began, so it is kept as history and earns no points.",
        "budget_spent": "The money set aside for these points has been used up.",
        "conditions_not_met": "This did not meet the conditions for points.",
        "declined": "You chose to be thanked for this without points. Thank you.",
        "earning_paused": "Earning was paused for everybody when this happened, so it earns no points.",
        "held_for_review": "A person looks at this before it can earn points. You do not have to do anything.",
        "limit_reached": "You have already had all the points that this can earn for now.",
        "no_rule": "There are no points for this at the moment.",
        "no_trip_same_stop": "You tapped in and out at the same stop within ten minutes, so this is not a trip.",
        "not_eligible": "These points are for other residents.",
        "not_known": "We were not told this.",
        "nothing_to_multiply": "This adds to what other offers pay, and none of them paid for this.",
        "part_of_trip": "This is part of a trip that you had already started.",
        "progress_not_reached": "This counts towards points, but you are not there yet.",
        "refused_by_review": "A person looked at this and decided that it earns no points. You can ask for an appeal.",
        "tap_off": "Tapping off ends a trip. Your points come with the tap that starts it.",
        "unlocked": "This opened a challenge for you.",
        "voided": "This was cancelled, so it counts as if it never happened.",
    }
)

# A rule that came close says more than a rule that was never about this event, so only the nearest are given.
NEAREST_FIRST: Final = (
    "unlocked",
    "budget_spent",
    "limit_reached",
    "another_offer_was_better",
    "progress_not_reached",
    "nothing_to_multiply",
)

_OF_SEVERAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "limit_reached": "One rule has given you all the points that it can for now.",
        "progress_not_reached": "This counts towards the points of another rule, but you are not there yet.",
    }
)


def say_reasons(reasons: Collection[str]) -> tuple[str, ...]:
    """The reasons in words. Those of two rules that would contradict each other say that they are of two."""
    words = {**REASONS, **_OF_SEVERAL} if _OF_SEVERAL.keys() <= set(reasons) else REASONS
    return tuple(words[reason] for reason in reasons)
