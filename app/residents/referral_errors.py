"""Why a resident can't say who asked them to join."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class InvitationUnknown(NotFound):
    """No resident has this code, or its resident has left: which of the two stays unsaid."""

    code = "invitation-unknown"

    def __init__(self) -> None:
        super().__init__("We do not know this invitation code. Ask the person who gave it to you to read it out again.")


class InvitationNotForYou(Conflict):
    """One's own, of one's household, or of somebody who came by this resident: which of them stays unsaid."""

    code = "invitation-not-for-you"

    def __init__(self) -> None:
        super().__init__(
            "You can't use this invitation code. It must be from somebody of another household who did not join "
            "because of you."
        )


class ReferrerNamedAlready(Conflict):
    """One referrer a person, for good."""

    code = "referrer-named-already"

    def __init__(self) -> None:
        super().__init__("You have told us who asked you to join. That can be told once and stays.")


class ReferrerTooLate(Conflict):
    """More than `days` since joining."""

    code = "referrer-too-late"

    def __init__(self, *, days: int) -> None:
        super().__init__(f"You can tell who asked you to join within {days} days of joining. They are over.")
        self.days = days


class PointsEarnedAlready(Conflict):
    """The first points came before the referrer was named."""

    code = "points-earned-already"

    def __init__(self) -> None:
        super().__init__("You can tell who asked you to join until you have earned your first points. You have.")
