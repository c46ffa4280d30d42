"""What stands in the way of a dispute or a refund."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class DisputeUnknown(NotFound):
    """No dispute has this id."""

    code = "dispute-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such dispute.")


class DisputedAlready(Conflict):
    """One dispute about a voucher at a time."""

    code = "disputed-already"

    def __init__(self) -> None:
        super().__init__("Somebody is looking at this voucher already. Wait for their answer.")


class DisputeDecided(Conflict):
    """Somebody was quicker."""

    code = "dispute-decided"

    def __init__(self, *, decision: str) -> None:
        super().__init__(f"This dispute has been {decision} already.")
        self.decision = decision


class RefundNotProposed(Conflict):
    """An approval is of what another officer proposed, as the approver read it."""

    code = "refund-not-proposed"

    def __init__(self, *, points: int | None) -> None:
        said = "no refund" if points is None else f"a refund of {points} points"
        super().__init__(f"What is proposed is {said}. Look at the dispute again, and approve that.")
        self.proposed_points = points
