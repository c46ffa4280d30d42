"""Why a decision about a flagged event is declined."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class CaseUnknown(NotFound):
    """No such case."""

    code = "case-unknown"

    def __init__(self) -> None:
        super().__init__("There is no case with this id.")


class CaseDecided(Conflict):
    """Somebody has decided it already; `decision` is release or refuse."""

    code = "case-decided"

    def __init__(self, *, decision: str) -> None:
        super().__init__(f"This case has been decided already: {decision}.")
        self.decision = decision
