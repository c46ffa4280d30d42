"""What a service that delivers e-mails and text messages has to do for us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """How a message reaches somebody."""

    EMAIL = "email"
    TEXT = "text"


class Template(StrEnum):
    """What is told; the words stand with whoever delivers it, so that people of the council can change them."""

    SIGN_IN_CODE = "sign_in_code"
    NEW_DEVICE = "new_device"
    CAMPAIGN_MESSAGE = "campaign_message"
    POINTS_EXPIRE = "points_expire"
    REFUND_GIVEN = "refund_given"
    REFUND_REFUSED = "refund_refused"
    BUDGET_ALARM = "budget_alarm"
    DRAFT_WAITS = "draft_waits"
    VALUE_ALARM = "value_alarm"
    WEBHOOK_DISABLED = "webhook_disabled"


@dataclass(frozen=True)
class Message:
    """`to` is an e-mail address, or a telephone number as +447700900123; `values` fill the template's gaps.

    `reference` is the same each time one message is tried.
    """

    channel: Channel
    template: Template
    to: str
    values: Mapping[str, str]
    reference: str


class NotDelivered(Exception):
    """The service could not be reached or is busy: safe to try again. `str()` is the kind of failure."""


class NotDeliverable(Exception):
    """The service refused the message for good. `str()` is the kind of refusal, without the address."""


class Notify(Protocol):
    """Takes a message to be delivered. Never called inside a transaction."""

    def send(self, message: Message) -> None:
        """Raises NotDelivered or NotDeliverable."""
        ...
