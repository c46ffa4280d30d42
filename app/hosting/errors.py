"""Why what a host or an officer asks about organisations, sessions and attendance is declined."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.errors import Conflict, Invalid, NotFound


def _written(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class OrganisationUnknown(NotFound):
    """No such organisation."""

    code = "organisation-unknown"

    def __init__(self) -> None:
        super().__init__("There is no organisation with this id.")


class OrganisationNameTaken(Conflict):
    """One is registered under this name."""

    code = "organisation-name-taken"

    def __init__(self) -> None:
        super().__init__("An organisation with this name is registered already.")


class OrganisationUnfit(Invalid):
    """It can't be registered like this; `where` is name or event_types."""

    code = "organisation-unfit"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(advice)
        self.where = where


class HostUnknown(NotFound):
    """No such host at this organisation."""

    code = "host-unknown"

    def __init__(self) -> None:
        super().__init__("There is no host with this id at this organisation.")


class HostingNotReady(Conflict):
    """No source of the scheme stands for what hosts attest."""

    code = "hosting-not-ready"

    def __init__(self) -> None:
        super().__init__("The scheme can't record this yet: no registered source stands for it. Ask the council.")


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
        self.from_at = _written(from_at)


class SessionTooOld(Conflict):
    """It began before the late window of the scheme."""

    code = "session-too-old"

    def __init__(self, *, window_days: int) -> None:
        super().__init__(f"This session began more than {window_days} days ago, which is too late to attest it.")
        self.window_days = window_days


class AttendanceUnfit(Invalid):
    """A line can't be like this; `where` is minutes, bags or member."""

    code = "attendance-unfit"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(advice)
        self.where = where


class SessionsOverlap(Conflict):
    """The person was at another session at the same time."""

    code = "sessions-overlap"

    def __init__(self) -> None:
        super().__init__("This person was at another session at the same time. Ask them which one it was.")


class DayTooLong(Conflict):
    """More than 24 hours in one day."""

    code = "day-too-long"

    def __init__(self) -> None:
        super().__init__("With this, the person would have more than 24 hours in one day.")


class JoinedLater(Conflict):
    """The person joined the scheme after the session had begun."""

    code = "joined-later"

    def __init__(self) -> None:
        super().__init__("This person joined the scheme after the session began, so it can't count.")


class AttendanceUnknown(NotFound):
    """Nobody's attendance at this session has this id."""

    code = "attendance-unknown"

    def __init__(self) -> None:
        super().__init__("There is no attendance with this id at this session.")


class AttendanceSettled(Conflict):
    """It is in another state than this needs; `state` says in which."""

    code = "attendance-settled"

    def __init__(self, *, state: str) -> None:
        super().__init__(f"This attendance is {state} already, so this can't be done.")
        self.state = state


class SecondPersonNeeded(Conflict):
    """Whoever attested it can't approve it as well."""

    code = "second-person-needed"

    def __init__(self) -> None:
        super().__init__("You attested this yourself. Another host of your organisation has to approve it.")


class TooManyUnknownMembers(Conflict):
    """So many numbers that nobody has look like guessing; `most` a day."""

    code = "too-many-unknown-members"

    def __init__(self, *, most: int) -> None:
        super().__init__(
            f"More than {most} member numbers today belong to nobody. Check your list, and go on tomorrow."
        )
        self.most = most


class RegisterUnfit(Invalid):
    """The file is not a register; `line` where it is known."""

    code = "register-unfit"

    def __init__(self, advice: str, *, line: int | None = None) -> None:
        super().__init__(advice)
        self.line = line


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
        self.opens_at, self.closes_at = _written(opens_at), _written(closes_at)


class AlreadyCheckedIn(Conflict):
    """Once for each person and session."""

    code = "already-checked-in"

    def __init__(self) -> None:
        super().__init__("You have checked in here already.")
