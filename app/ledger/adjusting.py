"""Points that a person gives: out of a campaign's budget, with no event behind them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.core.units import Points
from app.ledger.chart import AccountKind, TransferKind, Unit, quarter_of
from app.ledger.decisions import Decision, check_reason, record_decision
from app.ledger.errors import BudgetTooSmall
from app.ledger.journal import Entry, Plan, carry_out, check_quarter, lock_accounts


def give_points(
    session: Session, *, wallet_id: int, budget_account: int, points: Points, decision: Decision, now: datetime
) -> None:
    """Move points, more than 0, from a budget to a wallet. Raises BudgetTooSmall, ReasonUnfit."""
    check_reason(decision)
    left = lock_accounts(session, [budget_account], kind=AccountKind.BUDGET)[budget_account].left
    if left < points:
        raise BudgetTooSmall(left_points=left)
    wallet = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)[wallet_id]
    quarter = quarter_of(now)
    check_quarter(quarter, wallet.lots.oldest)
    plan = Plan()
    entry = Entry(
        TransferKind.ADJUSTMENT,
        Unit.POINTS,
        debit=budget_account,
        credit=wallet_id,
        amount=points,
        quarter=quarter,
        effective_at=now,
    )
    plan.move(entry, lot_of=wallet_id)
    carry_out(session, plan)
    record_decision(session, decision, kind="adjustment", account_id=wallet_id, amount=points, now=now)
