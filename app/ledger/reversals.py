"""What an officer may take back, with a reason: a reversal of an award, and a clawback of what was written off.

A reversal takes what the resident can still spend and writes the rest off. Only a clawback, a decision of its own,
takes points in place of those that were spent, and never more than the wallet has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.units import Points
from app.ledger.chart import AccountKind, TransferKind, Unit, quarter_of
from app.ledger.decisions import Decision, check_reason, record_decision
from app.ledger.errors import ClawbackTooLarge, NothingToReverse
from app.ledger.journal import Entry, carry_out, lock_accounts
from app.ledger.posting import CorrectionPlan
from app.ledger.tables import LedgerReversal
from app.ledger.write_offs import find_owed, list_written_off

_GIVEN = text(f"""
    SELECT t.id, t.debit AS budget, t.amount, t.quarter FROM ledger_transfers t
    WHERE t.credit = :wallet AND t.event_id = :event AND t.kind IN ({TransferKind.AWARD:d}, {TransferKind.CORRECTION:d})
    AND NOT EXISTS (SELECT FROM ledger_reversals r WHERE r.original_id = t.id) ORDER BY t.id
""")  # noqa: S608 - our own constants


@dataclass(frozen=True)
class TakenBack:
    """Points that went from the wallet to budgets, and points that had been spent."""

    taken: int
    written_off: int


def reverse_awards(
    session: Session,
    *,
    wallet_id: int,
    event_id: int,
    most: Mapping[int, int],
    decision: Decision,
    now: datetime,
) -> TakenBack:
    """Undo what an event gave, each of its transfers once; `most` is how much by budget account.

    From the award's own quarter, then the newest; what was spent is written off. Raises NothingToReverse, ReasonUnfit.
    """
    check_reason(decision)
    budgets = sorted(most)
    lock_accounts(session, budgets, kind=AccountKind.BUDGET)
    wallets = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)
    plan = CorrectionPlan(session, wallets, now)
    left, first_of = dict(most), dict[int, int]()
    for original in session.execute(_GIVEN, {"wallet": wallet_id, "event": event_id}):
        amount = min(original.amount, left.get(original.budget, 0))
        if not amount:
            continue
        left[original.budget] -= amount
        first_of[original.id] = len(plan.entries)
        entry = Entry(
            TransferKind.REVERSAL,
            Unit.POINTS,
            debit=wallet_id,
            credit=original.budget,
            amount=amount,
            event_id=event_id,
            reversal_of=original.id,
            effective_at=now,
        )
        _take_or_write_off(plan, entry, own=original.quarter)
    if not first_of:
        raise NothingToReverse
    ids = carry_out(session, plan)
    session.add_all(LedgerReversal(original_id=number, transfer_id=ids[place]) for number, place in first_of.items())
    session.flush()
    written_off = sum(entry.amount for entry in plan.entries if entry.kind is TransferKind.WRITE_OFF)
    taken = sum(entry.amount for entry in plan.entries) - written_off
    record_decision(
        session,
        decision,
        kind="reversal",
        account_id=wallet_id,
        event_id=event_id,
        amount=taken,
        written_off=written_off,
        now=now,
    )
    return TakenBack(taken, written_off)


def claw_back(
    session: Session, *, wallet_id: int, event_id: int, points: Points, decision: Decision, now: datetime
) -> TakenBack:
    """Take points in place of those of this event that were spent and written off; the newest first.

    The budget may give them anew, because the money behind these has not been spent. Raises ClawbackTooLarge,
    ReasonUnfit. `points` is more than 0.
    """
    assert points > 0, "a clawback is of at least one point"
    check_reason(decision)
    named = dict(list_written_off(session, wallet_id=wallet_id, event_id=event_id))
    if named:
        lock_accounts(session, named, kind=AccountKind.BUDGET)
    wallets = lock_accounts(session, [wallet_id], kind=AccountKind.WALLET)
    owed = find_owed(session, wallet_ids=[wallet_id])
    by_budget = {
        budget: min(amount, owed[wallet_id, budget].points)
        for budget, amount in named.items()
        if (wallet_id, budget) in owed
    }
    available = sum(amount for _, amount in wallets[wallet_id].lots.live(now))
    if points > min(available, sum(by_budget.values())):
        raise ClawbackTooLarge(written_off=sum(by_budget.values()), available=available)
    plan, missing = CorrectionPlan(session, wallets, now), int(points)
    for budget, amount in by_budget.items():
        if part := min(amount, missing):
            missing -= part
            entry = Entry(
                TransferKind.CLAWBACK,
                Unit.POINTS,
                debit=wallet_id,
                credit=budget,
                amount=part,
                event_id=event_id,
                effective_at=now,
            )
            taken = plan.take(entry, own=quarter_of(now))
            assert taken == part, "the wallet has as much as was asked for"
            _set_right(plan, entry)
    carry_out(session, plan)
    record_decision(session, decision, kind="clawback", account_id=wallet_id, event_id=event_id, amount=points, now=now)
    return TakenBack(points, 0)


def _take_or_write_off(plan: CorrectionPlan, entry: Entry, *, own: int) -> None:
    missing = entry.amount - plan.take(entry, own=own)
    if missing:
        receivable = plan.receivable_of(entry.debit)
        plan.write_off(
            Entry(
                TransferKind.WRITE_OFF,
                Unit.POINTS,
                debit=receivable,
                credit=entry.credit,
                amount=missing,
                event_id=entry.event_id,
                reversal_of=entry.reversal_of,
                effective_at=entry.effective_at,
            )
        )


def _set_right(plan: CorrectionPlan, taken: Entry) -> None:
    """What was written off is there now: the budget holds it no longer."""
    receivable = plan.receivable_of(taken.debit)
    plan.move(
        Entry(
            TransferKind.CLAWBACK,
            Unit.POINTS,
            debit=taken.credit,
            credit=receivable,
            amount=taken.amount,
            event_id=taken.event_id,
            effective_at=taken.effective_at,
        )
    )
    plan.deltas[taken.credit].held -= taken.amount
