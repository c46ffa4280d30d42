"""The parts of a rule document. They know every kind of rule of the design; `UNBUILT` says which cannot run yet."""

from typing import Annotated, Final, Literal

from pydantic import Field

from rules.clock import Per
from rules.conditions import Part

Window = Literal["day", "week", "month", "validity", "lifetime"]
FactName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
EventName = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]{1,40}$")]
GroupName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
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
    kind: Literal["sum"]
    fact: FactName
    per: Window
    reach: Quantity
    repeat: bool = False


class DistinctDays(Part):
    kind: Literal["distinct_days"]
    per: Window
    reach: Annotated[int, Field(ge=1, le=3_660)]
    repeat: bool = False


class StreakDays(Part):
    """Consecutive dates, never spans of 24 hours."""

    kind: Literal["streak_days"]
    reach: Annotated[int, Field(ge=2, le=366)]
    grace_days: Annotated[int, Field(ge=0, le=6)] = 0
    repeat: bool = False


class Sequence(Part):
    kind: Literal["sequence"]
    after: EventName
    within_minutes: Annotated[int, Field(ge=1, le=44_640)]


class Community(Part):
    kind: Literal["community"]
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
    kind: Literal["multiply"]
    group: GroupName
    percent: Annotated[int, Field(ge=101, le=1_000)]


class Unlock(Part):
    kind: Literal["unlock"]
    challenge: GroupName


Progress = Annotated[
    Count | Sum | DistinctDays | StreakDays | Sequence | Community, Field(discriminator="kind", title="progress")
]
Effect = Annotated[PointsEffect | Rate | Multiply | Unlock, Field(discriminator="kind", title="effect")]


class Limit(Part):
    """Exactly one of `times` and `points`."""

    scope: Literal["resident_rule", "resident_campaign", "household"]
    per: Per
    times: Times | None = None
    points: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class Stacking(Part):
    """In a `best` group the offer that can pay most pays alone; in a `sum` group all pay."""

    group: GroupName
    mode: Literal["best", "sum"]


# A document that names one of these is refused: a rule must never be half obeyed.
UNBUILT: Final[dict[type[Part], str]] = {
    Sum: "Progress by a sum is not built yet.",
    DistinctDays: "Progress by distinct days is not built yet.",
    StreakDays: "Progress by a streak of days is not built yet.",
    Sequence: "Progress by a sequence of events is not built yet.",
    Community: "Progress by the whole community is not built yet.",
    Multiply: "Multiplying other offers is not built yet.",
    Unlock: "Unlocking a challenge is not built yet.",
}
