"""Why a contract can't be proposed or decided."""

from __future__ import annotations

from datetime import date

from app.core.errors import Conflict, Invalid, NotFound


class ContractUnknown(NotFound):
    """No such version, or another partner's."""

    code = "contract-unknown"

    def __init__(self) -> None:
        super().__init__("This partner has no contract with this id.")


class ContractWaiting(Conflict):
    """One proposal at a time."""

    code = "contract-waiting"

    def __init__(self) -> None:
        super().__init__("A contract of this partner waits to be decided. Have it approved or refused first.")


class ContractDecided(Conflict):
    """Somebody was quicker."""

    code = "contract-decided"

    def __init__(self, *, decision: str) -> None:
        self.decision = decision
        super().__init__(f"This contract has been {decision} already.")


class ContractTooSoon(Conflict):
    """What was redeemed already stays at the rate of its day, so a new rate can only begin with a day to come."""

    code = "contract-too-soon"

    def __init__(self, *, earliest_on: date) -> None:
        self.earliest_on = earliest_on.isoformat()
        super().__init__(
            f"A contract never changes what has been redeemed. It can start on {earliest_on.day} {earliest_on:%B %Y} "
            "at the earliest: propose it again from a later date."
        )


class TermsUnfit(Invalid):
    """What is asked for does not go together; `field` says where."""

    code = "contract-terms-unfit"

    def __init__(self, field: str, advice: str) -> None:
        self.field = field
        super().__init__(advice)
