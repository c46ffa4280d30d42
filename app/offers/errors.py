"""Why a request about partners and rewards is declined."""

from __future__ import annotations

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


class RewardPaused(Conflict):
    """The reward, or its partner, is stopped for the moment."""

    code = "reward-paused"

    def __init__(self) -> None:
        super().__init__("You can't get this reward at the moment. You have not spent any points.")
