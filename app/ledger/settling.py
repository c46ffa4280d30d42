"""A partner is paid: what it was owed becomes what it has had."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.core.units import Pence
from app.ledger.accounts import open_account
from app.ledger.chart import AccountKind, TransferKind, Unit
from app.ledger.journal import Entry, Plan, carry_out, lock_accounts


def settle_partner(session: Session, *, partner_id: int, pence: Pence, now: datetime) -> int:
    """Record a payment of `pence`, more than 0; the transfer's id. The caller answers for its being made once."""
    return _move(session, partner_id, AccountKind.PAYABLE, AccountKind.SETTLED, pence, now)


def unsettle_partner(session: Session, *, partner_id: int, pence: Pence, now: datetime) -> int:
    """A payment came back, so it is owed again; the transfer's id."""
    return _move(session, partner_id, AccountKind.SETTLED, AccountKind.PAYABLE, pence, now)


def _move(
    session: Session, partner_id: int, from_kind: AccountKind, to_kind: AccountKind, pence: Pence, now: datetime
) -> int:
    assert pence > 0, "nothing is not paid"
    debit = open_account(session, kind=from_kind, unit=Unit.PENCE, owner=partner_id)
    credit = open_account(session, kind=to_kind, unit=Unit.PENCE, owner=partner_id)
    lock_accounts(session, [debit, credit])
    plan = Plan()
    plan.move(Entry(TransferKind.SETTLE, Unit.PENCE, debit=debit, credit=credit, amount=pence, effective_at=now))
    return carry_out(session, plan)[0]
