"""Why somebody is not checked in."""

from __future__ import annotations

from datetime import datetime

from app.core.clock import write_instant
from app.core.errors import Conflict, Invalid


class CheckInCodeUnknown(Invalid):
    """Not a code of ours, or altered."""

    code = "check-in-code-unknown"

    def __init__(self) -> None:
        super().__init__("This is not a check-in code of ours. Scan the one on the host's screen.")


class CheckInCodeStale(Conflict):
    """Not the code that is shown now: a photo of it is good for a moment only."""

    code = "check-in-code-stale"

    def __init__(self) -> None:
        super().__init__("This code is no longer shown. Scan the one that is on the host's screen now.")


class CheckInClosed(Conflict):
    """Outside the session's time; `opens_at` and `closes_at` bound it."""

    code = "check-in-closed"

    def __init__(self, *, opens_at: datetime, closes_at: datetime) -> None:
        super().__init__("Checking in is possible from shortly before the session until shortly after it.")
        self.opens_at, self.closes_at = write_instant(opens_at), write_instant(closes_at)


class AlreadyCheckedIn(Conflict):
    """Once for each person and session."""

    code = "already-checked-in"

    def __init__(self) -> None:
        super().__init__("You have checked in here already.")
