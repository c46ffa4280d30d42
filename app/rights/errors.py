"""Why a resident's right can't be used just so."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound


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


class AppealUnknown(NotFound):
    """No such appeal, or not this caller's."""

    code = "appeal-unknown"

    def __init__(self) -> None:
        super().__init__("There is no appeal with this id.")


class AppealedAlready(Conflict):
    """An event is appealed against once."""

    code = "appealed-already"

    def __init__(self) -> None:
        super().__init__("You have appealed against this already. If the answer was no help, make a complaint.")


class AppealDecided(Conflict):
    """Decided already, once."""

    code = "appeal-decided"

    def __init__(self) -> None:
        super().__init__("This appeal has been decided already.")


class OwnDecision(NotAllowed):
    """Whoever decided the first time does not look again."""

    code = "own-decision"

    def __init__(self) -> None:
        super().__init__("You decided about this the first time. Somebody else has to look at it again.")


class RetentionKindUnknown(NotFound):
    """Not a kind of record that is purged."""

    code = "retention-kind-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such kind of record. GET /v1/retention lists them.")


class RetentionUnfit(Invalid):
    """Fewer days than the scheme itself needs the record for, or more than anybody could justify."""

    code = "retention-unfit"

    def __init__(self, *, least_days: int, most_days: int) -> None:
        super().__init__(f"Keep this for {least_days} to {most_days} days.")
        self.least_days = least_days
        self.most_days = most_days


class NoticeTooShort(Invalid):
    """People need time to spend what they have."""

    code = "notice-too-short"

    def __init__(self, *, least_days: int) -> None:
        super().__init__(f"Leave people at least {least_days} days to use their points.")
        self.least_days = least_days


class WindingDownAlready(Conflict):
    """Once is enough."""

    code = "winding-down-already"

    def __init__(self) -> None:
        super().__init__("The scheme is being wound down already.")


class NotWindingDown(Conflict):
    """Nothing to call off."""

    code = "not-winding-down"

    def __init__(self) -> None:
        super().__init__("The scheme is not being wound down.")
