"""Why a deputy can't be named, or their time ended."""

from __future__ import annotations

from datetime import date

from app.core.errors import Conflict, Invalid, NotFound


class DeputyUnfit(Invalid):
    """Who is named is no other active officer."""

    code = "deputy-unfit"

    def __init__(self) -> None:
        super().__init__("A deputy is another officer of this scheme. Give the id of one, as in off_0199c1....")


class DeputySpanUnfit(Invalid):
    """A deputy stands in for a time that is to come, and not for ever."""

    code = "deputy-span-unfit"

    def __init__(self, *, earliest_on: date, most_days: int) -> None:
        self.earliest_on, self.most_days = earliest_on.isoformat(), most_days
        super().__init__(
            f"A deputy stands in from {earliest_on:%-d %B %Y} or later, for 1 to {most_days} days. until_on is the "
            "first date no longer."
        )


class DeputyUnknown(NotFound):
    """No such deputy, or not one of this approver's."""

    code = "deputy-unknown"

    def __init__(self) -> None:
        super().__init__("You have named no deputy with this id.")


class DeputyEnded(Conflict):
    """The deputy's time is over already."""

    code = "deputy-ended"

    def __init__(self) -> None:
        super().__init__("This deputy's time has ended already.")
