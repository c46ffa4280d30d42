"""The parts of a rule document: every kind of progress, effect and limit."""

from typing import Annotated, Literal

from pydantic import Field

from rules.clock import Per
from rules.conditions import Part

Window = Literal["day", "week", "month", "validity", "lifetime"]
# A description is what follows "This must be" in a refusal, and the help beside a field of a form.
FactName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", description="the name of a fact, such as distance_m")]
EventName = Annotated[
    str, Field(pattern=r"^[a-z]+\.[a-z_]{1,40}$", description="the name of an event type, such as transit.trip")
]
SourceName = Annotated[
    str,
    Field(pattern=r"^urn:[a-z0-9][a-z0-9:.\-]{1,78}$", description="the name of a source, such as urn:wymetro:taps"),
]
GroupName = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="a name of up to 40 small letters, digits or _")
]
Points = Annotated[int, Field(ge=1, le=100_000)]
Quantity = Annotated[int, Field(ge=1, le=10_000_000)]
Times = Annotated[int, Field(ge=1, le=10_000)]


class Count(Part):
    """Pays when the `reach`-th event of the window has come; with `repeat`, at every `reach`-th."""

    kind: Literal["count"]
    per: Window
    reach: Times
    repeat: bool = False


class Sum(Part):
    """Pays when the `fact`s of the window have come to `reach`; with `repeat`, for every `reach` of them."""

    kind: Literal["sum"]
    fact: FactName
    per: Window
    reach: Quantity
    repeat: bool = False


class DistinctDays(Part):
    """Pays on the `reach`-th date of the window with an event; with `repeat`, on every `reach`-th."""

    kind: Literal["distinct_days"]
    per: Window
    reach: Annotated[int, Field(ge=1, le=3_660)]
    repeat: bool = False


class StreakDays(Part):
    """`reach` dates with an event, in a row but for `grace_days` missed ones in all. Dates, never spans of 24 hours.

    It lives as long as the rule is valid; with `repeat` the next one begins on the day after.
    """

    kind: Literal["streak_days"]
    reach: Annotated[int, Field(ge=2, le=366)]
    grace_days: Annotated[int, Field(ge=0, le=6)] = 0
    repeat: bool = False


class Sequence(Part):
    """Pays for an event that comes within so many minutes after one of type `after` that `source` sent."""

    kind: Literal["sequence"]
    after: EventName
    source: SourceName
    within_minutes: Annotated[int, Field(ge=1, le=44_640)]


class Community(Part):
    """Everyone together: from `reach` events (or so much of `fact`) on, each who takes part is paid once a window."""

    kind: Literal["community"]
    fact: FactName | None = None
    per: Window
    reach: Annotated[int, Field(ge=1, le=1_000_000_000)]


class PointsEffect(Part):
    kind: Literal["points"]
    points: Points


class Rate(Part):
    """`points` for every `every` units of `fact`; what is left over is carried within the shortest limit's window."""

    kind: Literal["rate"]
    fact: FactName
    points: Points
    every: Quantity


class Multiply(Part):
    """What the offers of `group` paid for an event grows to so many percent; the extra is a line of its own."""

    kind: Literal["multiply"]
    group: GroupName
    percent: Annotated[int, Field(ge=101, le=1_000)]


class Unlock(Part):
    """Makes a `challenge.unlocked` of the event, at once, for rules about that challenge."""

    kind: Literal["unlock"]
    challenge: GroupName


Progress = Annotated[
    Count | Sum | DistinctDays | StreakDays | Sequence | Community, Field(discriminator="kind", title="progress")
]
Effect = Annotated[PointsEffect | Rate | Multiply | Unlock, Field(discriminator="kind", title="effect")]


class Limit(Part):
    """Exactly one of `times` and `points`. A household shares one limit of the rule; see `rules/shared.py`."""

    scope: Literal["resident_rule", "resident_campaign", "household"]
    per: Per
    times: Times | None = None
    points: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


def needed_facts(progress: Progress | None, effect: Effect) -> list[str]:
    """The quantities without which there is nothing to add up."""
    facts = [part.fact for part in (progress, effect) if isinstance(part, Rate | Sum | Community)]
    return [fact for fact in facts if fact is not None]


class Stacking(Part):
    """In a `best` group the offer that can pay most pays alone; in a `sum` group all pay."""

    group: GroupName
    mode: Literal["best", "sum"]
