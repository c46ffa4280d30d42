"""Stripe Connect by its own SDK: what we ask of it, and what its answers and its silence mean.

No call is repeated here: whoever calls keeps what is known, so that an unknown outcome is asked about, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from uuid import UUID

import httpx
import stripe

from app.core.ids import parse_public_id, public_id
from app.core.units import Pence
from app.settlement.connect.errors import StripeDeclined, StripeUnknown, Why
from app.settlement.connect.http import SdkHttp
from app.settlement.connect.orders import (
    AccountState,
    OnboardingLink,
    ReversalOrder,
    StripeBalance,
    StripeTransfer,
    TransferOrder,
)

CURRENCY: Final = "gbp"
_PAGE: Final = 100
_WHY: Final[Mapping[str, Why]] = {
    "balance_insufficient": "balance",
    "insufficient_funds": "balance",
    "insufficient_capabilities_for_transfer": "account",
    "account_invalid": "account",
    "resource_missing": "account",
    "transfers_not_allowed": "account",
}


class StripeConnect:
    """One for the whole server; safe to use from many threads."""

    def __init__(self, http: httpx.Client, *, secret_key: str, url: str, scheme: str) -> None:
        self.scheme = scheme
        self._client = stripe.StripeClient(
            secret_key, base_addresses={"api": url.rstrip("/")}, max_network_retries=0, http_client=SdkHttp(http)
        )

    def transfer(self, order: TransferOrder) -> StripeTransfer:
        """Pay it. Raises StripeDeclined or StripeUnknown."""
        try:
            made = self._client.v1.transfers.create(
                {
                    "amount": order.pence,
                    "currency": CURRENCY,
                    "destination": order.destination,
                    "transfer_group": order.group,
                    "metadata": {"payout": public_id("pay", order.payout), "scheme": self.scheme},
                },
                {"idempotency_key": order.key},
            )
        except stripe.StripeError as fault:
            _tell(fault)
        return _read(made)

    def find_transfer(self, order: TransferOrder) -> StripeTransfer | None:
        """What came of it, if anything did. Raises StripeUnknown."""
        try:
            found = self._client.v1.transfers.list({"transfer_group": order.group, "limit": _PAGE})
            made = [_read(one) for one in found.auto_paging_iter()]
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None
        return next((one for one in made if one.payout == order.payout), None)

    def list_transfers(self) -> Iterator[StripeTransfer]:
        """All that this scheme made, and all that no scheme made. Raises StripeUnknown."""
        try:
            for one in self._client.v1.transfers.list({"limit": _PAGE}).auto_paging_iter():
                made = _read(one)
                if made.scheme in {None, self.scheme}:
                    yield made
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None

    def look_up(self, reference: str) -> StripeTransfer | None:
        """None where Stripe knows of no such transfer. Raises StripeUnknown."""
        try:
            return _read(self._client.v1.transfers.retrieve(reference))
        except stripe.InvalidRequestError:
            return None
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None

    def read_balance(self) -> StripeBalance:
        """The platform's. Raises StripeUnknown."""
        try:
            found = self._client.v1.balance.retrieve()
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None
        available, pending = (
            sum(one.amount for one in part if one.currency == CURRENCY) for part in (found.available, found.pending)
        )
        return StripeBalance(Pence(available), Pence(pending))

    def reverse(self, order: ReversalOrder) -> str:
        """Take money of a transfer back; Stripe's id of that. Raises StripeDeclined or StripeUnknown."""
        try:
            made = self._client.v1.transfers.reversals.create(
                order.transfer,
                {"amount": order.pence, "metadata": {"reversal": order.key, "scheme": self.scheme}},
                {"idempotency_key": order.key},
            )
        except stripe.StripeError as fault:
            _tell(fault)
        return made.id

    def find_reversal(self, order: ReversalOrder) -> str | None:
        """What came of it, or the one that was made there, with the same sum. Raises StripeUnknown."""
        try:
            found = self._client.v1.transfers.reversals.list(order.transfer, {"limit": _PAGE})
            for one in found.auto_paging_iter():
                ours = None if one.metadata is None else one.metadata.to_dict().get("reversal")
                named = ours == order.key if order.made_there is None else (ours, one.id) == (None, order.made_there)
                if named and one.amount == order.pence:
                    return one.id
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None
        return None

    def open_account(self, partner: UUID) -> str:
        """One that can only be paid; the same one for the same partner within a day.

        Raises StripeDeclined or StripeUnknown.
        """
        name = public_id("prt", partner)
        try:
            made = self._client.v1.accounts.create(
                {
                    "type": "express",
                    "country": "GB",
                    "capabilities": {"transfers": {"requested": True}},
                    "metadata": {"partner": name, "scheme": self.scheme},
                },
                {"idempotency_key": f"{self.scheme}.{name}"},
            )
        except stripe.StripeError as fault:
            _tell(fault)
        return made.id

    def link_account(self, account: str, *, back_to: str) -> OnboardingLink:
        """Where its owner tells Stripe what it wants to know. Raises StripeDeclined or StripeUnknown."""
        try:
            made = self._client.v1.account_links.create(
                {
                    "account": account,
                    "type": "account_onboarding",
                    "refresh_url": back_to,
                    "return_url": back_to,
                }
            )
        except stripe.StripeError as fault:
            _tell(fault)
        return OnboardingLink(made.url, datetime.fromtimestamp(made.expires_at, UTC))

    def read_account(self, account: str) -> AccountState:
        """How it stands now. Raises StripeUnknown."""
        try:
            return read_state(self._client.v1.accounts.retrieve(account).to_dict())
        except stripe.StripeError as fault:
            raise _as_unknown(fault) from None


def read_state(account: Mapping[str, Any]) -> AccountState:
    """Of an account as Stripe writes it. Raises KeyError, TypeError or AttributeError where it is none."""
    wanted = account.get("requirements") or {}
    due = {str(one) for part in ("currently_due", "past_due") for one in wanted.get(part) or ()}
    reason = wanted.get("disabled_reason")
    return AccountState(
        charges=account["charges_enabled"] is True,
        payouts=account["payouts_enabled"] is True,
        transfers=(account.get("capabilities") or {}).get("transfers") == "active",
        due=tuple(sorted(due)),
        reason=None if reason is None else str(reason),
    )


def _as_unknown(fault: stripe.StripeError) -> StripeUnknown:
    """Of a question: whatever went wrong, nothing is known."""
    return StripeUnknown(key_refused=isinstance(fault, stripe.AuthenticationError | stripe.PermissionError))


def _tell(fault: stripe.StripeError) -> NoReturn:
    """What an error of the SDK means for what was ordered; its text may repeat what was sent."""
    code = fault.code or (fault.error.code if fault.error else None)
    if isinstance(fault, stripe.IdempotencyError):
        # The key was used for something: what came of that is not known from this.
        raise StripeUnknown from None
    if code is not None and code in _WHY:
        raise StripeDeclined(_WHY[code], code, heard=True) from None
    if isinstance(fault, stripe.AuthenticationError | stripe.PermissionError):
        raise StripeDeclined("key", code, heard=False) from None
    if isinstance(fault, stripe.RateLimitError):
        raise StripeDeclined("busy", code, heard=False) from None
    if isinstance(fault, stripe.InvalidRequestError):
        raise StripeDeclined("other", code, heard=True) from None
    raise StripeUnknown from None


def _read(one: stripe.Transfer) -> StripeTransfer:
    to, written = one.destination, one.metadata.to_dict()
    destination = to if isinstance(to, str) else (to.id if to else "")
    payout = parse_public_id("pay", str(written.get("payout", "")))
    return StripeTransfer(
        one.id, destination, Pence(one.amount), Pence(one.amount_reversed), payout, written.get("scheme")
    )
