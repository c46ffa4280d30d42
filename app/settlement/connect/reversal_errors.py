"""Why a request to take a payment by Stripe back is declined."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class ReversalUnknown(NotFound):
    """No such reversal."""

    code = "payout-reversal-unknown"

    def __init__(self) -> None:
        super().__init__("There is no reversal of a payment with this id.")


class ReversalDecided(Conflict):
    """It is decided once."""

    code = "payout-reversal-decided"

    def __init__(self, *, status: str) -> None:
        self.stands_at = status
        super().__init__(f"This reversal is {status} already.")


class NotPaidByStripe(Conflict):
    """Only what Stripe has paid can be taken back by it."""

    code = "payout-not-paid-by-stripe"

    def __init__(self, *, status: str, method: str) -> None:
        self.stands_at, self.goes_by = status, method
        super().__init__(f"This payment is {status} and goes by {method}. Only what Stripe has paid can be reversed.")


class NothingToReverse(Conflict):
    """More than was paid, less what is or will be taken back."""

    code = "payout-reversed-already"

    def __init__(self, *, left_pence: int) -> None:
        self.left_pence = left_pence
        super().__init__(f"Of this payment {left_pence} pence are left that can be taken back.")


class ReversalTakenOver(Conflict):
    """What was made at Stripe counts once."""

    code = "payout-reversal-taken-over"

    def __init__(self) -> None:
        super().__init__("This reversal of Stripe's stands in another one here already.")
