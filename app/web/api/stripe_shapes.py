"""A partner's account at Stripe as it is shown."""

from __future__ import annotations

from datetime import date

from app.settlement.connect.account_queries import StripeAccountRead
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeNotSetUp
from app.web.api.answers import Shape
from app.web.callers import Call, OpenCall


class BankPayoutShape(Shape):
    """What Stripe pays from there to the partner's bank; `status` and `failure` are Stripe's words."""

    id: str
    pence: int
    status: str
    arrives_on: date
    failure: str | None


class StripeAccountShape(Shape):
    """`account` is null until the link was asked for. It can be paid once it is `ready`.

    `due` is what Stripe still wants to know, `reason` why it can't do more, in Stripe's words. `waits` for an approval.
    """

    account: str | None
    ready: bool
    charges: bool
    payouts: bool
    transfers: bool
    due: list[str]
    reason: str | None
    waits: bool
    bank_payouts: list[BankPayoutShape]


def get_stripe(call: Call | OpenCall) -> StripeConnect:
    """Raises StripeNotSetUp."""
    if call.runtime.stripe is None:
        raise StripeNotSetUp
    return call.runtime.stripe


def present_account(account: StripeAccountRead) -> StripeAccountShape:
    state = account.state
    return StripeAccountShape(
        account=account.account,
        ready=state.ready,
        charges=state.charges,
        payouts=state.payouts,
        transfers=state.transfers,
        due=list(state.due),
        reason=state.reason,
        waits=account.waits,
        bank_payouts=[
            BankPayoutShape(
                id=one.reference,
                pence=one.pence,
                status=one.status,
                arrives_on=one.arrives_on,
                failure=one.failure,
            )
            for one in account.bank_payouts
        ],
    )
