"""What Stripe pays from a partner's account there to its bank, kept so that the partner sees what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from sqlmodel import Session

from app.core.clock import london_date
from app.settlement.connect.errors import StripeEventUnfit
from app.settlement.connect.signatures import Instant, StripeEventSent, Word
from app.settlement.connect.tables import BankPayout, StripeAccount

_RANKS: Final = {"pending": 0, "in_transit": 1, "paid": 2, "canceled": 2, "failed": 3}
"""A status only moves on; a paid one may still fail."""


class _PayoutSent(msgspec.Struct, frozen=True):
    id: Word
    amount: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
    status: Word
    arrival_date: Instant
    failure_code: str | None = None


def note_bank_payout(session: Session, event: StripeEventSent) -> None:
    """As the event has it, unless a later one was heard. Raises StripeEventUnfit."""
    try:
        sent = msgspec.convert(event.data.object, _PayoutSent)
    except msgspec.ValidationError:
        raise StripeEventUnfit from None
    owner = session.get(StripeAccount, event.account or "", populate_existing=True)
    if owner is None or sent.status not in _RANKS:
        return
    told_at = datetime.fromtimestamp(event.created, UTC)
    row = session.get(BankPayout, sent.id, with_for_update=True, populate_existing=True)
    if row is not None and (told_at, _RANKS[sent.status]) <= (row.told_at, _RANKS[row.status]):
        return
    arrives_on = london_date(datetime.fromtimestamp(sent.arrival_date, UTC))
    if row is None:
        row = BankPayout(
            id=sent.id,
            partner_id=owner.partner_id,
            pence=sent.amount,
            status=sent.status,
            arrives_on=arrives_on,
            told_at=told_at,
        )
        session.add(row)
    row.status, row.arrives_on, row.failure, row.told_at = sent.status, arrives_on, sent.failure_code, told_at
    session.flush()
