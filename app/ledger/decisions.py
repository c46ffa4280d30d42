"""Decisions of officers about points and money, on record with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlmodel import Session

from app.core.ids import take_id
from app.ledger.errors import ReasonUnfit
from app.ledger.tables import LedgerDecision

LONGEST_REASON = 500

DecisionKind: TypeAlias = Literal["pay_in", "fund", "rate", "reversal", "clawback"]


@dataclass(frozen=True)
class Decision:
    """Who decides, and why; the reason names nobody."""

    officer_id: int
    reason: str


def check_reason(decision: Decision) -> None:
    """Raises ReasonUnfit, before anything is done."""
    said = " ".join(decision.reason.split())
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        raise ReasonUnfit(most_characters=LONGEST_REASON)


def record_decision(
    session: Session,
    decision: Decision,
    *,
    kind: DecisionKind,
    account_id: int,
    amount: int,
    now: datetime,
    written_off: int = 0,
    event_id: int | None = None,
) -> None:
    """Put the decision on record, in the transaction that carries it out. Raises ReasonUnfit."""
    check_reason(decision)
    session.add(
        LedgerDecision(
            id=take_id(session),
            kind=kind,
            officer_id=decision.officer_id,
            account_id=account_id,
            event_id=event_id,
            amount=amount,
            written_off=written_off,
            reason=" ".join(decision.reason.split()),
            made_at=now,
        )
    )
    session.flush()
