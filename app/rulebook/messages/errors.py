"""Why a message of a campaign can't be written, approved or stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import Conflict, Invalid, NotFound


class MessageUnfit(Invalid):
    """It can't be sent like this; `faults` have the path of each fault and a sentence."""

    code = "message-unfit"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = [{"path": path, "sentence": sentence} for path, sentence in faults]
        path, sentence = faults[0]
        super().__init__(f"{path}: {sentence}")


class MessageNotFound(NotFound):
    """No campaign has such a message."""

    code = "message-not-found"

    def __init__(self) -> None:
        super().__init__("There is no message with this id. GET /v1/campaigns/{key}/messages lists a campaign's.")


class MessageStatusUnfit(Conflict):
    """Only what waits for approval is approved or discarded; `stands_at` is its status."""

    code = "message-status-unfit"

    def __init__(self, *, stands_at: str) -> None:
        self.stands_at = stands_at
        super().__init__(f"This message is {stands_at}, so nothing can be decided about it any more.")


class MessagesTooOften(Conflict):
    """People asked for news of a campaign, not for a flood of it; `earliest_at` is when the next one may go."""

    code = "messages-too-often"

    def __init__(self, *, earliest_at: datetime, rest_days: int) -> None:
        self.earliest_at = earliest_at.isoformat()
        super().__init__(
            f"A campaign sends one message in {rest_days} days. Approve this one later, or discard it."
        )  # fmt: skip


class CampaignIsOver(Conflict):
    """Nobody is written to about what is over."""

    code = "campaign-is-over"

    def __init__(self) -> None:
        super().__init__("This campaign is over, so nobody is written to about it.")


class WayOutUnknown(NotFound):
    """Not a link that we sent, or the account is gone."""

    code = "way-out-unknown"

    def __init__(self) -> None:
        super().__init__(
            "This link does not work. Copy it whole from the message, or sign in and turn the messages off there."
        )
