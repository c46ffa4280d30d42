"""What is ordered from Stripe, and what it answers, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.units import Pence


@dataclass(frozen=True)
class TransferOrder:
    """`key` makes it the same request for Stripe, however often it is sent; `group` finds what came of it."""

    key: str
    group: str
    payout: UUID
    destination: str
    pence: Pence


@dataclass(frozen=True)
class StripeTransfer:
    """As Stripe has it. `payout` and `scheme` are what we wrote on it: None where somebody else made it."""

    reference: str
    destination: str
    pence: Pence
    reversed_pence: Pence
    payout: UUID | None
    scheme: str | None


@dataclass(frozen=True)
class StripeBalance:
    """What transfers can be made of now, and what is on its way into it."""

    available_pence: Pence
    pending_pence: Pence


@dataclass(frozen=True)
class ReversalOrder:
    """`made_there` is Stripe's id of one that is there already, and only has to be found with this sum."""

    key: str
    reversal: UUID
    transfer: str
    pence: Pence
    made_there: str | None


@dataclass(frozen=True)
class AccountState:
    """What an account can do; `due` is what Stripe still wants to know of it, `reason` why it can't do more."""

    charges: bool = False
    payouts: bool = False
    transfers: bool = False
    due: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def ready(self) -> bool:
        """It can be paid, and its money reaches a bank."""
        return self.transfers and self.payouts


@dataclass(frozen=True)
class OnboardingLink:
    """Good once and for minutes."""

    url: str
    expires_at: datetime
