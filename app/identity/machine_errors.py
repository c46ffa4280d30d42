"""Refusals about machines' keys and secrets, and about till devices. None repeats a key, a secret or a code."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound


class ClientUnknown(NotFound):
    """No machine has this id, or it was switched off."""

    code = "client-unknown"

    def __init__(self) -> None:
        super().__init__("There is no active client with this id.")


class ClientKeyUnusable(Invalid):
    """A key that a machine can't sign in with here; the sentence says what is wrong with it."""

    code = "client-key-unusable"

    def __init__(self, advice: str) -> None:
        super().__init__(f"This key can't be registered: {advice}.")


class ClientKeyTaken(Conflict):
    """The client has a key with this id already."""

    code = "client-key-taken"

    def __init__(self) -> None:
        super().__init__("The client already has a key with this kid. Give the new key another one.")


class TooManyClientKeys(Conflict):
    """The client has as many keys as it may have; `most` says how many."""

    code = "too-many-client-keys"

    def __init__(self, most: int) -> None:
        super().__init__(f"A client has at most {most} keys. Remove one that is no longer used first.")
        self.most = most


class ClientKeyUnknown(NotFound):
    """The client has no key with this id."""

    code = "client-key-unknown"

    def __init__(self) -> None:
        super().__init__("The client has no key with this kid.")


class LastWayIn(Conflict):
    """Without this key or secret the client could not sign in at all."""

    code = "last-way-in"

    def __init__(self) -> None:
        super().__init__("The client could not sign in any more. Give it another key or secret first.")


class PartnerStaffOnly(NotAllowed):
    """A partner's tills are managed by its people, never by a machine."""

    code = "partner-staff-only"

    def __init__(self) -> None:
        super().__init__("Only a person of the partner can do this. Sign in as one on the partner's page.")


class PartnerOwnerOnly(NotAllowed):
    """What binds the partner is its owner's to do."""

    code = "partner-owner-only"

    def __init__(self) -> None:
        super().__init__("Only an owner of the partner can do this. Ask one of them.")


class PairingCodeUnknown(NotFound):
    """The code was never given, was used, or is over: one answer for all three."""

    code = "pairing-code-unknown"

    def __init__(self) -> None:
        super().__init__(
            "This code does not work. A code is good once, for ten minutes. Make a new one on the partner's page."
        )


class TooManyTills(Conflict):
    """The partner has as many devices as it may have; `most` says how many."""

    code = "too-many-tills"

    def __init__(self, most: int) -> None:
        super().__init__(f"A partner has at most {most} tills. Remove one that is no longer used first.")
        self.most = most


class TillUnknown(NotFound):
    """No such device, or not this partner's."""

    code = "till-unknown"

    def __init__(self) -> None:
        super().__init__("You have no till with this id.")
