"""Why what a host or an officer asks about organisations, sessions and attendance is declined."""

from __future__ import annotations

from datetime import datetime

from app.core.clock import write_instant
from app.core.errors import Conflict, Invalid, NotFound


class SessionUnknown(NotFound):
    """No such session, or another organisation's."""

    code = "session-unknown"

    def __init__(self) -> None:
        super().__init__("You have no session with this id.")


class SessionUnfit(Invalid):
    """A session can't be like this; `where` says which member."""

    code = "session-unfit"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(advice)
        self.where = where


class SessionInFuture(Conflict):
    """What is attested has not happened yet; it can be from `from_at` on."""

    code = "session-in-future"

    def __init__(self, *, from_at: datetime) -> None:
        super().__init__("This has not ended yet. Attest it when it has.")
        self.from_at = write_instant(from_at)


class SessionTooOld(Conflict):
    """It began before the late window of the scheme."""

    code = "session-too-old"

    def __init__(self, *, window_days: int) -> None:
        super().__init__(f"This session began more than {window_days} days ago, which is too late to attest it.")
        self.window_days = window_days
