"""Why a card can't be claimed, proved or removed."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


class CardUnknown(NotFound):
    """No such card or claim of this resident."""

    code = "card-unknown"

    def __init__(self) -> None:
        super().__init__("You have no card with this id.")


class ClaimUnknown(NotFound):
    """No waiting claim with this id for this token: which of them is wrong stays unsaid."""

    code = "card-claim-unknown"

    def __init__(self) -> None:
        super().__init__("Nobody waits for this card to be confirmed under this id.")


class NotACard(Invalid):
    """Member numbers and links are given out by the scheme, so nobody has to claim them."""

    code = "not-a-card"

    def __init__(self) -> None:
        super().__init__("Send the card as card:TOKEN. Member numbers are linked by the help desk.")


class CardSourceUnknown(Invalid):
    """`source` names no source."""

    code = "card-source-unknown"

    def __init__(self) -> None:
        super().__init__("We do not know this source. GET /v1/me/sources lists them; or leave it out.")


class CardLinkedAlready(Conflict):
    """On this very account."""

    code = "card-linked-already"

    def __init__(self) -> None:
        super().__init__("This card stands for you already.")


class TooManyClaims(Conflict):
    """More than `most` in `days` days: whoever tries numbers is no holder of cards."""

    code = "too-many-card-claims"

    def __init__(self, *, most: int, days: int) -> None:
        super().__init__(
            f"You can tell us of {most} cards in {days} days. Ask the help desk, and bring the card with you."
        )
        self.most = most
        self.days = days
