"""Why a resident's request is declined."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


class ResidentUnknown(NotFound):
    """No such resident, or not for this caller."""

    code = "resident-unknown"

    def __init__(self) -> None:
        super().__init__("There is no resident with this id.")


class CardTaken(Conflict):
    """One card stands for one live account; whose it is stays unsaid."""

    code = "card-taken"

    def __init__(self) -> None:
        super().__init__("This card can't be linked. If it is yours, ask the help desk.")


class NotOfAge(Invalid):
    """The scheme is for people of 18 and over, whoever opens the account."""

    code = "not-of-age"

    def __init__(self) -> None:
        super().__init__("People can join if they are 18 or over. Ask the person, and say that they are.")
