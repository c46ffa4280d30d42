"""What finance has to put into the council's balance at Stripe before partners are paid."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from app.settlement.connect.funding import Funding, read_balance, sum_needed
from app.settlement.papers import write_pounds
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.api.payout_shapes import as_reader_of_payments
from app.web.api.stripe_shapes import get_stripe
from app.web.callers import SignedIn

router = APIRouter(tags=["money"])


class FundingShape(Shape):
    """`waiting_pence` for payments that are lined up, `earned_pence` for what no closed week holds yet.

    `held_pence` are payments that Stripe can't make, and are not counted. `there_pence` can be paid with now,
    `coming_pence` soon. `short_pence` is what is missing, for the first payment on `due_on` (null: at once, or none).
    """

    waiting_pence: int
    earned_pence: int
    held_pence: int
    there_pence: int
    coming_pence: int
    short_pence: int
    due_on: date | None
    sentence: str


@router.get("/v1/payouts/funding", responses=declines(*SIGNED_IN, 409))
def show_funding(call: SignedIn) -> FundingShape:
    """What is needed at Stripe, and what is there. For officers with the role finance, auditor or admin."""
    needed = call.run(as_reader_of_payments, lambda session, _: sum_needed(session))
    return _present(Funding(needed, read_balance(get_stripe(call))))


def _present(funding: Funding) -> FundingShape:
    needed, balance = funding.needed, funding.balance
    return FundingShape(
        waiting_pence=needed.waiting_pence,
        earned_pence=needed.earned_pence,
        held_pence=needed.held_pence,
        there_pence=balance.available_pence,
        coming_pence=balance.pending_pence,
        short_pence=funding.short_pence,
        due_on=needed.due_on,
        sentence=_say(funding),
    )


def _say(funding: Funding) -> str:
    needed = write_pounds(funding.needed.waiting_pence + funding.needed.earned_pence)
    there = write_pounds(funding.balance.available_pence)
    if not funding.short_pence:
        return f"Enough is there: £{needed} is needed, and £{there} can be paid with now."
    return (
        f"Put £{write_pounds(funding.short_pence)} into the balance at Stripe, which takes a bank transfer some days: "
        f"£{needed} is needed, and £{there} can be paid with now."
    )
