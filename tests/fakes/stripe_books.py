"""What Stripe has in its books, as far as we use it: a platform with a balance, and accounts that are connected to it.

    books = StripeBooks()
    with serving(books) as url:         # tests/fakes/stripe_server.py, on loopback
        client = open_stripe(url)       # the real SDK
    books.top_up(50_000)                # finance puts £500 in; without it the platform's balance is empty
    account = books.add_account()       # connected and able to be paid, as if onboarding were over
    books.faults[:] = ["lost"]          # what becomes of the next POSTs, one after the other

Faults of a POST: `unreached` (nothing is done, and nobody answers), `lost` (it is done, the answer is not heard),
`broken` (500, nothing is done), `broken_late` (500, and yet it is done), `busy` (429), "" (all is well).
With `list_lags` transfers are not listed yet. `forget_keys` is what Stripe does with idempotency keys after a day.
`by_hand_*` is what somebody does in its dashboard.
`events` are what webhooks would tell, oldest first; `sign_event` makes one of them a request.

Its numbers: `balance_pence`, `accounts[...]["balance_pence"]`, `transfers`, `sent_pence()`.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
SECRET_KEY = "sk_test_of_the_fake"
WEBHOOK_SECRET = "whsec_of_the_fake"
NO_ANSWER = -1


@dataclass
class Declined(Exception):
    """An error of Stripe's; `executed` ones are remembered under their idempotency key, as Stripe does."""

    status: int
    code: str
    message: str
    executed: bool = False
    type: str = "invalid_request_error"


@dataclass
class StripeBooks:
    """All that is there. Safe to use from several threads."""

    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    balance_pence: int = 0
    pending_pence: int = 0
    list_lags: bool = False
    opens_accounts: bool = True
    accounts: dict[str, Json] = field(default_factory=dict)
    transfers: dict[str, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, int, Json]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def top_up(self, pence: int) -> None:
        """The council's bank transfer has arrived."""
        self.balance_pence += pence
        self._tell("balance.available", {"object": "balance"})

    def add_account(self, **metadata: str) -> str:
        """An account that can be paid."""
        with self.lock:
            account = str(self.make_account({"metadata": metadata})["id"])
            self.enable(account)
            return account

    def enable(self, account: str) -> None:
        """The partner has told Stripe all that it wants to know."""
        self._change(account, can=True, due=[], why=None)

    def disable(self, account: str, why: str = "requirements.past_due") -> None:
        self._change(account, can=False, due=["individual.verification.document"], why=why)

    def pay_out(self, account: str, pence: int, *, status: str = "paid", failure: str | None = None) -> Json:
        """Stripe pays an account's balance to its bank; a payout that failed gives the money back to the balance."""
        with self.lock:
            payout = {
                "id": f"po_{next(self.numbers)}",
                "object": "payout",
                "amount": pence,
                "currency": "gbp",
                "status": status,
                "arrival_date": int(self.clock().timestamp()),
                "failure_code": failure,
            }
            if status != "failed":
                self.accounts[account]["balance_pence"] -= pence
            self._tell(f"payout.{status}", payout, account=account)
            return payout

    def by_hand_transfer(self, account: str, pence: int, **metadata: str) -> str:
        """Somebody pays an account in the dashboard."""
        with self.lock:
            sent = {"amount": str(pence), "currency": "gbp", "destination": account, "metadata": metadata}
            return str(self.make_transfer(sent)["id"])

    def by_hand_reverse(self, transfer: str, pence: int) -> str:
        """Somebody takes money back in the dashboard."""
        with self.lock:
            return str(self.make_reversal(transfer, {"amount": str(pence)})["id"])

    def begin_again(self, pence: int) -> None:
        """Nothing has happened yet but that accounts were connected; they can be paid."""
        for kept in (self.transfers, self.keys):
            kept.clear()
        self.faults.clear()
        self.balance_pence = pence
        for account in self.accounts:
            self.enable(account)
            self.accounts[account]["balance_pence"] = 0

    def forget_keys(self) -> None:
        self.keys.clear()

    def sent_pence(self) -> int:
        """What accounts have had of all transfers, less what came back."""
        return sum(one["amount"] - one["amount_reversed"] for one in self.transfers.values())

    def make_account(self, sent: Json) -> Json:
        if not self.opens_accounts:
            message = "Your platform needs approval for accounts to have requested the transfers capability alone."
            raise Declined(400, "", message)
        number = f"acct_{next(self.numbers)}"
        self.accounts[number] = {
            "id": number,
            "object": "account",
            "country": sent.get("country", "GB"),
            "charges_enabled": False,
            "payouts_enabled": False,
            "details_submitted": False,
            "capabilities": {"transfers": "inactive"},
            "requirements": {"currently_due": ["external_account"], "past_due": [], "disabled_reason": "requirements"},
            "metadata": sent.get("metadata", {}),
            "balance_pence": 0,
        }
        return self.accounts[number]

    def make_link(self, sent: Json) -> Json:
        self.find_account(sent["account"])
        expires_at = int(self.clock().timestamp()) + 300
        url = f"https://connect.stripe.example/setup/{sent['account']}/{next(self.numbers)}"
        return {"object": "account_link", "created": expires_at - 300, "expires_at": expires_at, "url": url}

    def make_transfer(self, sent: Json) -> Json:
        pence, account = int(sent["amount"]), self.find_account(sent["destination"])
        if sent["currency"] != "gbp" or pence <= 0:
            raise Declined(400, "parameter_invalid_integer", "Invalid amount or currency")
        if account["capabilities"]["transfers"] != "active":
            message = "Your destination account needs to have the transfers capability enabled."
            raise Declined(400, "insufficient_capabilities_for_transfer", message, executed=True)
        if pence > self.balance_pence:
            message = "You have insufficient available funds in your Stripe account."
            raise Declined(400, "balance_insufficient", message, executed=True)
        self.balance_pence -= pence
        account["balance_pence"] += pence
        number = f"tr_{next(self.numbers)}"
        self.transfers[number] = {
            "id": number,
            "object": "transfer",
            "amount": pence,
            "amount_reversed": 0,
            "currency": "gbp",
            "created": int(self.clock().timestamp()),
            "destination": account["id"],
            "metadata": sent.get("metadata", {}),
            "transfer_group": sent.get("transfer_group"),
            "reversed": False,
            "reversals": _list([], f"/v1/transfers/{number}/reversals"),
        }
        self._tell("transfer.created", self.transfers[number])
        return self.transfers[number]

    def make_reversal(self, transfer: str, sent: Json) -> Json:
        of = self.find_transfer(transfer)
        pence = int(sent.get("amount", of["amount"] - of["amount_reversed"]))
        account = self.find_account(of["destination"])
        if pence <= 0 or pence > of["amount"] - of["amount_reversed"]:
            raise Declined(400, "amount_too_large", "Reversal amount is greater than what is left of the transfer")
        if pence > account["balance_pence"]:
            message = "The connected account does not have sufficient funds for this reversal."
            raise Declined(400, "balance_insufficient", message, executed=True)
        account["balance_pence"] -= pence
        self.balance_pence += pence
        made = {
            "id": f"trr_{next(self.numbers)}",
            "object": "transfer_reversal",
            "amount": pence,
            "currency": "gbp",
            "created": int(self.clock().timestamp()),
            "transfer": transfer,
            "metadata": sent.get("metadata", {}),
        }
        of["amount_reversed"] += pence
        of["reversed"] = of["amount_reversed"] == of["amount"]
        of["reversals"]["data"].insert(0, made)
        self._tell("transfer.reversed", of)
        return made

    def read_balance(self, account: str | None) -> Json:
        there = self.balance_pence if account is None else self.find_account(account)["balance_pence"]
        pending = self.pending_pence if account is None else 0
        available, coming = ([{"amount": pence, "currency": "gbp"}] for pence in (there, pending))
        return {"object": "balance", "livemode": False, "available": available, "pending": coming}

    def find_account(self, number: str) -> Json:
        if number not in self.accounts:
            raise Declined(400, "resource_missing", f"No such destination: '{number}'")
        return self.accounts[number]

    def find_transfer(self, number: str) -> Json:
        if number not in self.transfers:
            raise Declined(404, "resource_missing", f"No such transfer: '{number}'")
        return self.transfers[number]

    def list_transfers(self, asked: dict[str, str]) -> Json:
        """Newest first, by pages."""
        found = [] if self.list_lags else [one for one in reversed(self.transfers.values()) if _fits(one, asked)]
        return _page(found, "/v1/transfers", asked)

    def list_reversals(self, transfer: str, asked: dict[str, str]) -> Json:
        return _page(self.find_transfer(transfer)["reversals"]["data"], f"/v1/transfers/{transfer}/reversals", asked)

    def _change(self, account: str, *, can: bool, due: list[str], why: str | None) -> None:
        with self.lock:
            self.find_account(account).update(
                charges_enabled=can,
                payouts_enabled=can,
                details_submitted=True,
                capabilities={"transfers": "active" if can else "inactive"},
                requirements={"currently_due": due, "past_due": due, "disabled_reason": why},
            )
            self._tell("account.updated", self.accounts[account], account=account)

    def _tell(self, kind: str, about: Json, *, account: str | None = None) -> None:
        event = {
            "id": f"evt_{next(self.numbers)}",
            "object": "event",
            "type": kind,
            "created": int(self.clock().timestamp()),
            "livemode": False,
            "data": {"object": json.loads(json.dumps(about))},
        }
        self.events.append(event | ({"account": account} if account else {}))


def sign_event(event: Json | str, at: datetime, *, secret: str = WEBHOOK_SECRET) -> tuple[bytes, dict[str, str]]:
    """The body and headers of the request that tells it, or whatever else is written."""
    body = (event if isinstance(event, str) else json.dumps(event)).encode()
    stamp = int(at.timestamp())
    mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={stamp},v1={mark}", "Content-Type": "application/json; charset=utf-8"}


def _list(items: list[Json], url: str, *, more: bool = False) -> Json:
    return {"object": "list", "url": url, "has_more": more, "data": items}


def _page(found: list[Json], url: str, asked: dict[str, str]) -> Json:
    after, limit = asked.get("starting_after"), int(asked.get("limit", 10))
    start = next((place + 1 for place, one in enumerate(found) if one["id"] == after), 0)
    return _list(found[start : start + limit], url, more=start + limit < len(found))


def _fits(transfer: Json, asked: dict[str, str]) -> bool:
    return all(transfer[name] == asked[name] for name in ("transfer_group", "destination") if name in asked)
