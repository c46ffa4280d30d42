"""What can go wrong between Stripe and us, and why a request about it is declined."""

from __future__ import annotations

from typing import Literal

from app.core.errors import Conflict, NotReady

Why = Literal["balance", "account", "key", "busy", "other"]


class StripeUnknown(Exception):
    """Nobody knows what has become of it: it may have been done. Ask again.

    `key_refused` where Stripe does not accept our key, so that asking again is of no use until that is mended.
    """

    def __init__(self, *, key_refused: bool = False) -> None:
        self.key_refused = key_refused
        super().__init__("key" if key_refused else "answer")


class StripeDeclined(Exception):
    """Stripe answered no to this one request. `why` is ours, `code` is Stripe's word for it.

    `heard` where the request itself was looked at, so that the same one, sent before, was not carried out either.
    """

    def __init__(self, why: Why, code: str | None, *, heard: bool) -> None:
        self.why, self.code, self.heard = why, code, heard
        super().__init__(why)


class StripeNotSetUp(Conflict):
    """There is no key of Stripe's."""

    code = "stripe-not-set-up"

    def __init__(self) -> None:
        super().__init__("This scheme does not pay by Stripe. Partners are paid by the weekly file for the bank.")


class StripeAway(NotReady):
    """Stripe gave no answer that can be used."""

    code = "stripe-away"

    def __init__(self) -> None:
        super().__init__("Stripe did not answer. Nothing was changed. Try again in a minute.")


class PayoutNotMovable(Conflict):
    """Only a payment by Stripe that was not made, and is not being made, can go by the bank instead."""

    code = "payout-not-movable"

    def __init__(self, *, status: str, method: str) -> None:
        self.stands_at, self.goes_by = status, method
        super().__init__(
            f"This payment is {status} and goes by {method}. Only one by Stripe that waits or is held can go by the "
            "bank instead: of any other it is not certain that no money has moved."
        )
