"""Reversals are made by the worker, each with no transaction open over the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from app.settlement.connect.client import StripeConnect
from app.settlement.connect.errors import StripeDeclined, StripeUnknown, Why
from app.settlement.connect.reversing import (
    ReversalClaim,
    claim_reversal,
    list_due_reversals,
    note_reversal_declined,
    note_reversed,
)
from app.settlement.connect.tasks import BATCH, Paying

SAID: Final[Mapping[Why, str]] = {
    "balance": "The partner's balance at Stripe holds less than that: it was paid out to its bank. Let the correction "
    "stand on its next statement, or propose it again when there is more.",
    "account": "Stripe can't take anything from the partner's account at present.",
}
DECLINED: Final = "Stripe declined this."
NOT_THERE: Final = "Stripe has no reversal with this id and sum of this payment."

_log = structlog.get_logger("app.settlement")


def reverse_due(paying: Paying) -> int:
    """Order every reversal that is due, those too whose job was lost; returns how many."""
    if paying.stripe is None:
        return 0
    now = paying.clock.now()
    due = paying.database.in_transaction(lambda session: list_due_reversals(session, now=now, limit=BATCH))
    for reversal in due:
        reverse(paying, reversal=reversal)
    return len(due)


def reverse(paying: Paying, *, reversal: int) -> None:
    """Order one reversal, if it is due, and keep what came of it."""
    stripe, now = paying.stripe, paying.clock.now()
    if stripe is None:
        return
    claim = paying.database.in_transaction(lambda session: claim_reversal(session, reversal_id=reversal, now=now))
    if claim is None:
        return
    try:
        reference = _order(stripe, claim)
    except StripeUnknown:
        _log.warning("stripe gave no answer", reversal=reversal, turn=claim.turn)
    except StripeDeclined as declined:
        if declined.heard:
            _note_no(paying, claim, SAID.get(declined.why, DECLINED))
        _log.warning("stripe declined", reversal=reversal, why=declined.why, code=declined.code)
    else:
        if reference is None:
            _note_no(paying, claim, NOT_THERE)
            return
        paying.database.in_transaction(
            lambda session: note_reversed(session, reversal_id=reversal, reference=reference, now=paying.clock.now())
        )


def _order(stripe: StripeConnect, claim: ReversalClaim) -> str | None:
    """Stripe's id of the reversal; None where one that was said to be made there is not."""
    order = claim.order
    if order.made_there is not None:
        return stripe.find_reversal(order)
    made = None if claim.fresh else stripe.find_reversal(order)
    return made or stripe.reverse(order)


def _note_no(paying: Paying, claim: ReversalClaim, sentence: str) -> None:
    paying.database.in_transaction(
        lambda session: note_reversal_declined(session, claim=claim, sentence=sentence, now=paying.clock.now())
    )
