"""Refusals about people signing in. None repeats an address, a name, a code or what a provider said."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.identity.errors import InvalidToken


class SessionEnded(InvalidToken):
    """The cookie's session was ended, its time is over, or it was never ours."""

    code = "session-ended"

    def __init__(self) -> None:
        super(InvalidToken, self).__init__("You are signed out. Sign in again to go on.")


class CsrfRefused(NotAllowed):
    """A request that changes something came with a session's cookie and without its token."""

    code = "csrf-refused"

    def __init__(self) -> None:
        super().__init__(
            "This request came with a sign-in cookie but without its token. Send the header X-CSRF-Token with the "
            "token of GET /v1/session."
        )


class SignInFailed(NotAllowed):
    """What came back from a provider proves nothing; `reason` is a kind, for whoever has to find the fault."""

    code = "sign-in-failed"

    def __init__(self, reason: str) -> None:
        super().__init__("Signing in did not work. Nothing was changed. Start again from the sign-in page.")
        self.reason = reason


class SignInUnavailable(Conflict):
    """The provider does not answer, or this way of signing in is not set up."""

    code = "sign-in-unavailable"

    def __init__(self) -> None:
        super().__init__("This way of signing in does not work at the moment. Try again in a few minutes.")


class NotInvited(NotAllowed):
    """The provider says who it is, and nobody has let them in."""

    code = "sign-in-not-invited"

    def __init__(self) -> None:
        super().__init__(
            "You have proved who you are, but nobody has let you in here. Ask whoever runs the scheme for you to "
            "invite you, and open the link of the invitation."
        )


class LoginTaken(Conflict):
    """The way in is somebody else's already."""

    code = "login-taken"

    def __init__(self) -> None:
        super().__init__("This sign-in already belongs to another person here. Use another one.")


class InvitationUsed(NotFound):
    """No such invitation; or it was used, replaced, or its time is over."""

    code = "staff-invitation-unknown"

    def __init__(self) -> None:
        super().__init__("This invitation does not exist, was used, or has run out. Ask for a new one.")


class PersonUnknown(NotFound):
    """Nobody who can be invited has this id."""

    code = "person-unknown"

    def __init__(self) -> None:
        super().__init__("There is no officer, host or member of staff with this id.")


class SessionUnknown(NotFound):
    """Not one of this person's sessions."""

    code = "sign-in-session-unknown"

    def __init__(self) -> None:
        super().__init__("You have no session with this id. It may have ended.")


class AddressUnusable(Invalid):
    """Neither an e-mail address nor a mobile number that text messages go to."""

    code = "address-unusable"

    def __init__(self) -> None:
        super().__init__("Enter an e-mail address like name@example.org or a UK mobile number like 07700 900123")


class StepUpNeeded(NotAllowed):
    """The person signed in too long ago for this; `sign_in_at` is where to do it again."""

    code = "step-up-needed"

    def __init__(self, *, within_minutes: int, sign_in_at: str) -> None:
        super().__init__(
            "To keep your points safe, sign in again before you do this. Then try once more within "
            f"{within_minutes} minutes."
        )
        self.within_minutes = within_minutes
        self.sign_in_at = sign_in_at
