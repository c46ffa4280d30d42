"""What stands in the way of an adjustment."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class AdjustmentUnknown(NotFound):
    """No adjustment has this id."""

    code = "adjustment-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such adjustment.")


class AdjustmentDecided(Conflict):
    """Somebody was quicker."""

    code = "adjustment-decided"

    def __init__(self, *, decision: str) -> None:
        super().__init__(f"This adjustment has been {decision} already.")
        self.decision = decision


class AdjustmentTooLarge(Conflict):
    """More points than one adjustment may give."""

    code = "adjustment-too-large"

    def __init__(self, *, most_points: int) -> None:
        super().__init__(f"One adjustment may give at most {most_points} points.")
        self.most_points = most_points


class DailyLimitReached(Conflict):
    """An officer would give more in a day than one person may."""

    code = "adjustment-limit-reached"

    def __init__(self, *, most_points: int, left_points: int) -> None:
        super().__init__(
            f"One officer may propose, and approve, at most {most_points} points a day. "
            f"You have {left_points} left today."
        )
        self.most_points = most_points
        self.left_points = left_points
