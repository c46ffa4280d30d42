"""Why a request about partners and rewards is declined."""

from __future__ import annotations

from datetime import date

from app.core.errors import Conflict, NotFound


class PartnerUnknown(NotFound):
    """No such partner, or not for this caller."""

    code = "partner-unknown"

    def __init__(self) -> None:
        super().__init__("There is no partner with this id.")


class RewardUnknown(NotFound):
    """No such reward."""

    code = "reward-unknown"

    def __init__(self) -> None:
        super().__init__("There is no reward with this id.")


class OutOfStock(Conflict):
    """None are left."""

    code = "out-of-stock"

    def __init__(self) -> None:
        super().__init__("There are none of these left. You have not spent any points.")


class OutOfStockToday(Conflict):
    """The day's have gone; from `opens_on`, a date in Leeds, there are some again."""

    code = "out-of-stock-today"

    def __init__(self, *, opens_on: date) -> None:
        self.opens_on = opens_on.isoformat()
        super().__init__(
            f"There are none of these left today. There are some again from {_say_day(opens_on)}. "
            "You have not spent any points."
        )


class RewardNotToday(Conflict):
    """Its partner does not give it on this date; from `opens_on`, a date in Leeds, it does."""

    code = "reward-not-today"

    def __init__(self, *, on: date, opens_on: date) -> None:
        self.opens_on = opens_on.isoformat()
        super().__init__(
            f"You can't get this reward on {_say_day(on)}. You can get it from {_say_day(opens_on)}. "
            "You have not spent any points."
        )


class RewardPaused(Conflict):
    """The reward, or its partner, is stopped for the moment."""

    code = "reward-paused"

    def __init__(self) -> None:
        super().__init__("You can't get this reward at the moment. You have not spent any points.")


def _say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
