"""Why something can't be done to a partner as it stands."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid


class PartnerDecided(Conflict):
    """A partner is approved or refused once."""

    code = "partner-decided"

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This partner is {state}, so there is nothing to decide about it.")


class PartnerNotApproved(Conflict):
    """It waits for a second officer, or was refused."""

    code = "partner-not-approved"

    def __init__(self, *, state: str) -> None:
        self.state = state
        super().__init__(f"This partner is {state}. It has to be approved by a second officer first.")


class PartnerStopped(Conflict):
    """It gives nothing out already."""

    code = "partner-stopped"

    def __init__(self) -> None:
        super().__init__("This partner has been stopped already. Start it again first.")


class PartnerNotStopped(Conflict):
    """There is nothing to start."""

    code = "partner-not-stopped"

    def __init__(self) -> None:
        super().__init__("This partner has not been stopped.")


class PartnerUnfit(Invalid):
    """Residents read the name and the place; `field` says which can't be read."""

    code = "partner-unfit"

    def __init__(self, field: str, *, most_characters: int) -> None:
        self.field, self.most_characters = field, most_characters
        super().__init__(f"The {field} must have 1 to {most_characters} visible characters.")


class PartnerNameTaken(Conflict):
    """Two partners of one name can't be told apart."""

    code = "partner-name-taken"

    def __init__(self) -> None:
        super().__init__("There is a partner with this name already. Add what tells them apart, such as the street.")
