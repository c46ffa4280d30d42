"""Why a scheme can't be looked after just so: how long records are kept, and its end."""

from __future__ import annotations

from datetime import date

from app.core.errors import Conflict, Invalid, NotFound


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


class ClosedByWindDown(Conflict):
    """The scheme comes to its end on `ends_on`: what that has closed stays closed."""

    code = "closed-by-wind-down"

    def __init__(self, *, ends_on: date) -> None:
        self.ends_on = ends_on.isoformat()
        super().__init__(
            "The scheme is being wound down, so this stays closed. An administrator can call the wind-down off first."
        )
