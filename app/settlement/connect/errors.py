"""What can go wrong between Stripe and us, and why a request about it is declined."""

from __future__ import annotations

from typing import Literal

from app.core.errors import Conflict, Invalid, NotReady

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


class StripeRefusesAccounts(Conflict):
    """Stripe opens no account for this partner."""

    code = "stripe-refuses-accounts"

    def __init__(self, *, stripe_code: str | None) -> None:
        self.stripe_code = stripe_code
        super().__init__(
            "Stripe does not open an account for you at present. Ask the council to look into it: it may need Stripe's "
            "approval for transfers without card payments."
        )


class StripeAccountNotReady(Conflict):
    """Stripe wants to know more of the partner first; `due` are Stripe's words for what."""

    code = "stripe-account-not-ready"

    def __init__(self, *, due: tuple[str, ...]) -> None:
        self.due = list(due)
        super().__init__(
            "This account at Stripe can't be paid yet. Ask for the link again, and give Stripe what it asks for there."
        )


class NoStripeProposal(Conflict):
    """The partner has not asked to be paid by Stripe."""

    code = "no-stripe-proposed"

    def __init__(self) -> None:
        super().__init__("This partner has not asked to be paid by Stripe, or is so already.")


class NoBankDetails(Conflict):
    """There are no bank details that an officer has approved."""

    code = "no-bank-details"

    def __init__(self) -> None:
        super().__init__("There are no approved bank details to pay to. Propose them first.")


class StripeEventForged(Invalid):
    """No signature of ours is over this body."""

    code = "stripe-event-forged"

    def __init__(self) -> None:
        super().__init__("The signature of this event is not Stripe's. Nothing was counted.")


class StripeEventStale(Invalid):
    """Signed, and too long ago, or in a time to come."""

    code = "stripe-event-stale"

    def __init__(self, *, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"This event was signed more than {minutes} minutes ago or ahead. Nothing was counted.")


class StripeEventUnfit(Invalid):
    """Signed, and not what Stripe's events look like."""

    code = "stripe-event-unfit"

    def __init__(self) -> None:
        super().__init__("This event can't be read. Nothing was counted.")
