"""Why a request about webhooks is declined."""

from __future__ import annotations

from app.core.errors import Conflict, NotFound


class WebhookUnknown(NotFound):
    """No such address, or another partner's."""

    code = "webhook-unknown"

    def __init__(self) -> None:
        super().__init__("You have no webhook with this id.")


class DeliveryUnknown(NotFound):
    """No such message, or another partner's."""

    code = "delivery-unknown"

    def __init__(self) -> None:
        super().__init__("You have no message with this id.")


class TooManyWebhooks(Conflict):
    """A partner has a few addresses."""

    code = "too-many-webhooks"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"You have {most} webhooks, which is as many as there can be. Remove one first.")
