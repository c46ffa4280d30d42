"""Why a resident's right can't be used just so."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class PointsWouldBeLost(Conflict):
    """Whoever leaves has points or vouchers, and has not said that they know; send `points` back to go through."""

    code = "points-would-be-lost"

    def __init__(self, *, points: int, vouchers: int) -> None:
        super().__init__(
            f"If you leave now, {points} points are lost, and {vouchers} vouchers are cancelled. This can't be undone. "
            f"Use them first, or send forfeit_points={points} to leave all the same."
        )
        self.points = points
        self.vouchers = vouchers


class ComplaintUnknown(NotFound):
    """No such complaint, or not this caller's."""

    code = "complaint-unknown"

    def __init__(self) -> None:
        super().__init__("There is no complaint with this id.")


class ComplaintAnswered(Conflict):
    """Answered already, once."""

    code = "complaint-answered"

    def __init__(self) -> None:
        super().__init__("This complaint has been answered already.")
