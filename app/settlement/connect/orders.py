"""What is ordered from Stripe, and what it answers, in our words."""

from __future__ import annotations

from dataclasses import dataclass
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
