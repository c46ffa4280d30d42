"""What goes into the engine and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Value = str | int | bool
Evidence = Literal["any", "verified", "registered_organisation"]
Key = tuple[datetime, str, str]
# Each kind of evidence meets a demand for itself and for those before it.
EVIDENCE: Final[tuple[Evidence, ...]] = ("any", "verified", "registered_organisation")


@dataclass(frozen=True, slots=True)
class Event:
    """`resident` holds the resident's facts as they were when the event was recorded.

    `pinned` (rule id to points) is set when a settled event is replayed: what the budget allowed then takes the
    place of what it holds now.
    """

    source: str
    id: str
    type: str
    happened_at: datetime
    data: Mapping[str, Value]
    resident: Mapping[str, Value]
    evidence: Evidence
    pinned: Mapping[str, int] | None = None

    @property
    def key(self) -> Key:
        """The canonical order of a resident's events, which owes nothing to the order of arrival."""
        return (self.happened_at, self.source, self.id)


@dataclass(frozen=True, slots=True)
class Line:
    """0 <= got <= asked. `limited_by` is `limit:SCOPE:PER`, `budget` or None.

    `before` and `after` hold the counters that this line read: `progress`, and `SCOPE:PER:times` and
    `SCOPE:PER:points` for each limit.
    """

    rule: str
    version: int
    campaign: str
    asked: int
    got: int
    limited_by: str | None
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`points` is the sum of what the lines got; `reasons` are codes of `rules/reasons.py`, empty when points came."""

    key: Key
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    points: int
