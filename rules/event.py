"""What goes into the engine and what comes out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

Value = str | int | bool
Evidence = Literal["any", "verified", "registered_organisation"]
Key = tuple[datetime, str, str]
# Each kind of evidence meets a demand for itself and for those before it.
EVIDENCE: Final[tuple[Evidence, ...]] = ("any", "verified", "registered_organisation")


class Event(msgspec.Struct, frozen=True, gc=False):
    """`resident` holds the resident's facts as they were when the event was recorded.

    `pinned` (rule id to points) and `shared` (shared counter to its value) are set when a settled event is replayed:
    what the budget allowed then, how far everybody was and what others of the household had used take the place of what
    is now, and nothing outside the resident's state is moved.
    """

    source: str
    id: str
    type: str
    happened_at: datetime
    data: Mapping[str, Value]
    resident: Mapping[str, Value]
    evidence: Evidence
    pinned: Mapping[str, int] | None = None
    shared: Mapping[str, int] | None = None

    @property
    def key(self) -> Key:
        """The canonical order of a resident's events, which owes nothing to the order of arrival."""
        return (self.happened_at, self.source, self.id)


class Line(msgspec.Struct, frozen=True, gc=False):
    """0 <= got <= asked. `limited_by` is `limit:SCOPE:PER`, `budget` or None.

    `before` and `after` hold the counters that this line read: `progress` if the rule has any, and `SCOPE:PER:times`
    and `SCOPE:PER:points` for each limit.
    """

    rule: str
    version: int
    campaign: str
    asked: int
    got: int
    limited_by: str | None
    before: Mapping[str, int]
    after: Mapping[str, int]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What became of one rule that matched: `plan` is its place in rule order.

    `done` of `needed` is its progress, if it has any. `limited_by` is the limit that kept a challenge locked, which has
    no line to say so.
    """

    plan: int
    outcome: str
    done: int = 0
    needed: int = 0
    line: Line | None = None
    limited_by: str | None = None


class Derived(msgspec.Struct, frozen=True, gc=False):
    """An event that a rule has made of another one. `id` is made of the rule and the event, so it is ever the same."""

    type: str
    id: str
    rule: str
    data: Mapping[str, Value]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """`points` is the sum of what the lines got; `reasons` are codes of `rules/reasons.py`, empty when points came.

    `emits` are events that rules made of this one; what those earned is among the lines. `shared` is to be stored with
    the event (`Event.shared`): the total of a community counter after it, what others of the household had used of a
    limit before it. `verdicts` are of the rules that matched, in rule order; those about a challenge that the event
    unlocked come after those about the event itself. `seen` is false for a tap that opens no trip, which no rule sees.
    """

    key: Key
    lines: tuple[Line, ...]
    reasons: tuple[str, ...]
    points: int
    emits: tuple[Derived, ...] = ()
    shared: Mapping[str, int] = {}
    verdicts: tuple[Verdict, ...] = ()
    seen: bool = True
