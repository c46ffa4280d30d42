"""A payment by Stripe: the one transfer that is ordered next, and what its answer makes of the payment.

A transfer is ordered with no transaction open. Whoever dies between two steps leaves a payment that is `ordered`: of
that it is not known whether money has moved. It is asked about, and ordered again with the same key, until that is
known; until then nothing else is done with it. Only where Stripe has said no to the very request does the payment wait
again, and goes by a new key, since Stripe repeats a no to an old one for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.clock import london_date
from app.core.ids import public_id
from app.core.units import Pence
from app.earning.review.doubts import find_doubts
from app.settlement.connect.errors import Why
from app.settlement.connect.orders import TransferOrder
from app.settlement.payout_queries import is_doubted
from app.settlement.service import record_paid
from app.settlement.tables import Payee, Payout, Statement

LEASE: Final = timedelta(minutes=2)
"""How long an order is one worker's: longer than all of its calls can take."""
LONGEST_WAIT: Final = timedelta(hours=1)
LOOKED_AT_AGAIN: Final = timedelta(minutes=10)
"""How soon a payment goes after a person has let it go."""
_DUE: Final = text(
    "SELECT id FROM payouts WHERE method = 'stripe' AND status IN ('waiting', 'ordered') AND ask_at <= :now"
    " ORDER BY id LIMIT :limit"
)

REASONS: Final[dict[Why, str]] = {
    "balance": "The council's balance at Stripe holds less than this. It is tried again by itself once that is filled.",
    "account": "Stripe can't pay into the partner's account at present. The partner sees there what is missing.",
    "key": "Stripe did not accept the council's key. It is tried again by itself once that is mended.",
    "busy": "Stripe was busy. It is tried again by itself.",
    "other": "Stripe declined this payment. The council looks into it.",
}
"""For the partner and for finance: why a payment by Stripe is not made yet."""
NO_ACCOUNT: Final = "The partner has no account at Stripe that can be paid."
_RETRIED: Final[dict[Why, timedelta]] = {
    "balance": timedelta(minutes=30),
    "key": timedelta(minutes=30),
    "busy": timedelta(minutes=1),
}


@dataclass(frozen=True)
class Claim:
    """`turn` numbers the tries; `fresh` where no earlier one can have moved money."""

    payout_id: int
    turn: int
    fresh: bool
    order: TransferOrder


def list_due_payouts(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Payments by Stripe that are to be ordered or asked about now, in the order in which they were lined up."""
    return list(session.execute(_DUE, {"now": now, "limit": limit}).scalars())


def claim_payout(session: Session, *, payout_id: int, now: datetime) -> Claim | None:
    """The order that is due, which is ours until it is due again; None when none is."""
    row = _lock(session, payout_id)
    if row is None or row.method != "stripe" or row.status not in {"waiting", "ordered"}:
        return None
    if row.ask_at is None or row.ask_at > now:
        return None
    fresh = row.status == "waiting"
    if fresh and _is_held_back(session, row, now):
        row.ask_at = now + LOOKED_AT_AGAIN
        session.flush()
        return None
    if fresh:
        # From here on one body goes with one key, whatever becomes of the partner's account.
        row.destination = _find_account(session, row.partner_id)
        if row.destination is None:
            row.status, row.reason, row.ask_at = "held", NO_ACCOUNT, None
            session.flush()
            return None
    assert row.destination is not None, "what is ordered has somewhere to go"
    row.status, row.asked = "ordered", row.asked + 1
    row.ask_at = now + max(LEASE, min(timedelta(seconds=15) * 2 ** min(row.asked, 12), LONGEST_WAIT))
    session.flush()
    group = public_id("stm", session.get_one(Statement, row.statement_id).public_id)
    key = f"{group}.{row.declined}" if row.declined else group
    return Claim(row.id, row.asked, fresh, TransferOrder(key, group, row.public_id, row.destination, Pence(row.pence)))


def note_transferred(session: Session, *, payout_id: int, reference: str, now: datetime) -> bool:
    """Stripe has made the transfer: it is paid, once. False where it does not stand as ordered any more."""
    row = _lock(session, payout_id)
    assert row is not None, "a payment is never removed"
    if row.status != "ordered":
        return row.provider_reference == reference
    row.reason = None
    record_paid(session, row, reference=reference, now=now)
    return True


def note_declined(session: Session, *, claim: Claim, why: Why, now: datetime) -> None:
    """Stripe said no, and no money has moved: it waits for its next try, or is held for a person."""
    row = _lock(session, claim.payout_id)
    if row is None or row.status != "ordered" or row.asked != claim.turn:
        return  # another try is on its way, and will know more
    row.declined, row.reason = row.declined + 1, REASONS[why]
    row.status, row.ask_at = ("waiting", now + _RETRIED[why]) if why in _RETRIED else ("held", None)
    session.flush()


def _is_held_back(session: Session, row: Payout, now: datetime) -> bool:
    """As the file for the bank has it: it waits for its day, or for a person."""
    if row.due_on is not None and row.due_on > london_date(now):
        return True
    return is_doubted(row, find_doubts(session, partner_ids={row.partner_id}))


def _find_account(session: Session, partner_id: int) -> str | None:
    payee = session.get(Payee, partner_id, populate_existing=True)
    return payee.stripe_account if payee else None


def _lock(session: Session, payout_id: int) -> Payout | None:
    wanted = select(Payout).where(col(Payout.id) == payout_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()
