"""What the linter says about a rule, and what it is told about the city."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rules.places import NO_ZONES, Zones

Severity = Literal["fault", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is the rule's part, as in `limits[0].times`; empty means all of it. `mend` says what to change.

    A fault stops the rule; a warning is for the people who decide.
    """

    code: str
    severity: Severity
    path: str
    sentence: str
    mend: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule meets in its city.

    `wards` are the names of those where residents may live, empty where nobody knows. `cheapest_reward_points` is what
    the cheapest reward costs. `typical_per_4_weeks` says how often a typical participant does what an event type stands
    for; types that are not named have the linter's own estimate. `zones` are those that a condition can name.
    """

    wards: tuple[str, ...] = ()
    cheapest_reward_points: int | None = None
    typical_per_4_weeks: Mapping[str, int] = field(default_factory=dict)
    zones: Zones = field(default_factory=lambda: NO_ZONES)
