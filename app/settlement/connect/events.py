"""Events that Stripe tells us: each is counted once, and wakes whoever can ask what is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from app.core.ids import parse_public_id
from app.jobs import promise_job
from app.settlement.connect.account_states import note_account
from app.settlement.connect.bank_payouts import note_bank_payout
from app.settlement.connect.client import read_state
from app.settlement.connect.errors import StripeEventUnfit
from app.settlement.connect.freeing import retry_waiting, wake_payout
from app.settlement.connect.reversing import wake_reversals
from app.settlement.connect.signatures import StripeEventSent

READ_ACCOUNT: Final = "payouts.read_stripe_account"
"""The job that asks Stripe how one account stands."""
KEPT_FOR: Final = timedelta(days=60)
"""Longer than anybody can have Stripe tell an event again."""

_COUNT: Final = text("""
    INSERT INTO stripe_events (id, type, happened_at, counted_at) VALUES (:id, :type, :happened_at, :now)
    ON CONFLICT (id) DO NOTHING RETURNING id
""")
_FORGET: Final = text("DELETE FROM stripe_events WHERE counted_at < :before")


def count_event(session: Session, event: StripeEventSent, *, now: datetime) -> bool:
    """Take it in; False where it was counted before. Events of kinds that say nothing to us are counted, too.

    Raises StripeEventUnfit, and then it is not counted.
    """
    happened_at = datetime.fromtimestamp(event.created, UTC)
    given = {"id": event.id, "type": event.type, "happened_at": happened_at, "now": now}
    if session.execute(_COUNT, given).first() is None:
        return False
    family = "payout.*" if event.type.startswith("payout.") else event.type
    if family in _HEARD:
        _HEARD[family](session, event, now)
    return True


def forget_events(session: Session, *, now: datetime) -> None:
    """Those that nobody can send again."""
    session.execute(_FORGET, {"before": now - KEPT_FOR})


def _hear_account(session: Session, event: StripeEventSent, now: datetime) -> None:
    about, at = event.data.object, datetime.fromtimestamp(event.created, UTC)
    try:
        account, state = str(about["id"]), read_state(about)
    except (KeyError, TypeError, AttributeError):
        raise StripeEventUnfit from None
    if not note_account(session, account=account, state=state, at=at, now=now):
        promise_job(session, task=READ_ACCOUNT, args={"account": account}, lock=account)


def _hear_bank_payout(session: Session, event: StripeEventSent, _now: datetime) -> None:
    note_bank_payout(session, event)


def _hear_transfer(session: Session, event: StripeEventSent, now: datetime) -> None:
    """What is not certain yet is asked about at once: the answer counts, not the event."""
    metadata = event.data.object.get("metadata")
    written = metadata.get("payout") if isinstance(metadata, dict) else None
    payout = parse_public_id("pay", written) if isinstance(written, str) else None
    if payout is not None:
        wake_payout(session, payout=payout, now=now)
        wake_reversals(session, payout=payout, now=now)


def _hear_balance(session: Session, _event: StripeEventSent, now: datetime) -> None:
    retry_waiting(session, now=now)


_HEARD: Final[Mapping[str, Callable[[Session, StripeEventSent, datetime], None]]] = {
    "account.updated": _hear_account,
    "payout.*": _hear_bank_payout,
    "transfer.created": _hear_transfer,
    "transfer.updated": _hear_transfer,
    "transfer.reversed": _hear_transfer,
    "balance.available": _hear_balance,
}
