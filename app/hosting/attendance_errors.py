"""Why somebody's attendance can't be kept, agreed to or withdrawn."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


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
