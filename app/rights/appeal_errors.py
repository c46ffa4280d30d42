"""Why an appeal is declined, or can't be decided."""

from __future__ import annotations

from app.core.errors import Conflict, NotAllowed, NotFound


class AppealUnknown(NotFound):
    """No such appeal, or not this caller's."""

    code = "appeal-unknown"

    def __init__(self) -> None:
        super().__init__("There is no appeal with this id.")


class AppealedAlready(Conflict):
    """An event is appealed against once."""

    code = "appealed-already"

    def __init__(self) -> None:
        super().__init__("You have appealed against this already. If the answer was no help, make a complaint.")


class AppealDecided(Conflict):
    """Decided already, once."""

    code = "appeal-decided"

    def __init__(self) -> None:
        super().__init__("This appeal has been decided already.")


class OwnDecision(NotAllowed):
    """Whoever decided the first time does not look again."""

    code = "own-decision"

    def __init__(self) -> None:
        super().__init__("You decided about this the first time. Somebody else has to look at it again.")
