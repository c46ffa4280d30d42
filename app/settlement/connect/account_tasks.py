"""Stripe is asked how an account stands, where its events do not tell."""

from __future__ import annotations

import structlog

from app.settlement.connect.account_states import note_read
from app.settlement.connect.errors import StripeUnknown
from app.settlement.connect.tasks import Paying

_log = structlog.get_logger("app.settlement")


def read_account(paying: Paying, *, account: str) -> None:
    """Keep what Stripe says of it. Raises StripeUnknown, for the job to be tried again."""
    if paying.stripe is None:
        return
    try:
        state = paying.stripe.read_account(account)
    except StripeUnknown:
        _log.warning("stripe gave no answer about an account")
        raise
    now = paying.clock.now()
    paying.database.in_transaction(lambda session: note_read(session, account=account, state=state, now=now))
