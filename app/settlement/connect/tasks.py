"""Payments by Stripe are made by the worker, each with no transaction open over the call."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from app.core.clock import Clock
from app.core.database import Database
from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeDeclined, StripeUnknown
from app.settlement.connect.orders import StripeTransfer
from app.settlement.connect.paying import Claim, claim_payout, list_due_payouts, note_declined, note_transferred

BATCH = 500

_log = structlog.get_logger("app.settlement")


@dataclass(frozen=True)
class Paying:
    """What it takes to pay by Stripe; without `stripe` nothing is paid by it."""

    database: Database
    clock: Clock
    stripe: StripeConnect | None


def pay_due(paying: Paying) -> int:
    """Order every payment that is due, those too whose job was lost; returns how many."""
    if paying.stripe is None:
        return 0
    now = paying.clock.now()
    due = paying.database.in_transaction(lambda session: list_due_payouts(session, now=now, limit=BATCH))
    for payout in due:
        pay(paying, payout=payout)
    return len(due)


def pay(paying: Paying, *, payout: int) -> None:
    """Order one payment, if it is due, and keep what came of it.

    Without an answer it stays ordered, and is asked about later.
    """
    stripe = paying.stripe
    if stripe is None:
        return
    now = paying.clock.now()
    claim = paying.database.in_transaction(lambda session: claim_payout(session, payout_id=payout, now=now))
    if claim is None:
        return
    try:
        made = _order(stripe, claim)
    except StripeUnknown:
        _log.warning("stripe gave no answer", payout=payout, turn=claim.turn)
    except StripeDeclined as declined:
        _note_no(paying, claim, declined)
    else:
        kept = paying.database.in_transaction(
            lambda session: note_transferred(
                session, payout_id=payout, reference=made.reference, now=paying.clock.now()
            )
        )
        if not kept:
            _log.error("a transfer was made that is not ours to keep", payout=payout, transfer=made.reference)


def _order(stripe: StripeConnect, claim: Claim) -> StripeTransfer:
    """What an earlier try may have done is looked for first: Stripe forgets keys after a day."""
    made = None if claim.fresh else stripe.find_transfer(claim.order)
    return made or stripe.transfer(claim.order)


def _note_no(paying: Paying, claim: Claim, declined: StripeDeclined) -> None:
    _log.warning("stripe declined", payout=claim.payout_id, why=declined.why, code=declined.code)
    if not (declined.heard or claim.fresh):
        return  # a no at the door says nothing of what an earlier try has done
    why = declined.why
    paying.database.in_transaction(lambda session: note_declined(session, claim=claim, why=why, now=paying.clock.now()))
