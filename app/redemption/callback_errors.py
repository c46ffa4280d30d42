"""Why an answer is not taken."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class CallbackUnknown(NotFound):
    """No such question to this resident."""

    code = "callback-unknown"

    def __init__(self) -> None:
        super().__init__("There is no question with this id to you.")


class CallbackAnswered(Conflict):
    """A question is answered once."""

    code = "callback-answered"

    def __init__(self) -> None:
        super().__init__("This question has been answered already. If the answer was wrong, tell us in a complaint.")
