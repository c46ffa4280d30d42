"""Why a change of an officer's roles is declined."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class OfficerUnknown(NotFound):
    """No such officer."""

    code = "officer-unknown"

    def __init__(self) -> None:
        super().__init__("There is no officer with this id.")


class OwnRoles(Conflict):
    """Nobody changes, ends or approves their own roles."""

    code = "own-roles"

    def __init__(self) -> None:
        super().__init__("Nobody changes their own roles. Ask another administrator.")


class LastAdmin(Conflict):
    """Afterwards nobody could change roles any more."""

    code = "last-admin"

    def __init__(self) -> None:
        super().__init__("Afterwards the scheme would have no administrator. Make another one first.")


class RolesAsTheyAre(Conflict):
    """The officer has just these roles."""

    code = "roles-as-they-are"

    def __init__(self) -> None:
        super().__init__("The officer has these roles already, and no others.")


class RoleChangeUnknown(NotFound):
    """No such change."""

    code = "role-change-unknown"

    def __init__(self) -> None:
        super().__init__("There is no change of roles with this id.")


class RoleChangeWaits(Conflict):
    """One at a time."""

    code = "role-change-waits"

    def __init__(self) -> None:
        super().__init__("A change of this officer's roles waits to be decided. Decide about it first.")


class RoleChangeDecided(Conflict):
    """A change is decided once; `decision` is approved or refused."""

    code = "role-change-decided"

    def __init__(self, *, decision: str) -> None:
        self.decision = decision
        super().__init__(f"This change of roles has been {decision} already.")


class WayInThere(Conflict):
    """Whoever can sign in is not given another way in by one administrator, who could act in their name by it."""

    code = "way-in-there"

    def __init__(self) -> None:
        super().__init__(
            "This person has a way in already. If they have lost it, end it where they were let in, and let them in "
            "anew: an officer by a change of roles that another administrator approves, a host with their "
            "organisation, a partner's person with the partner."
        )


class OwnCandidate(Conflict):
    """Whoever proposed an officer's roles does not hold their way in, too: that would be one person's work."""

    code = "own-candidate"

    def __init__(self) -> None:
        super().__init__(
            "You proposed this officer's roles, so another administrator invites them. Or let them sign in with the "
            "council's directory: by their e-mail address they need no invitation."
        )
