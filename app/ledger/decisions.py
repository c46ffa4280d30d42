"""Decisions of officers about points and money, on record with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.ids import take_id
from app.ledger.errors import ReasonUnfit
from app.ledger.tables import LedgerDecision

LONGEST_REASON = 500

DecisionKind: TypeAlias = Literal["pay_in", "fund", "rate", "reversal", "clawback", "adjustment"]

_ACTS: Final = {
    "pay_in": ("budget.paid_in", "pot"),
    "fund": ("budget.funded", "budget"),
    "rate": ("budget.rate_changed", "backing"),
    "reversal": ("points.reversed", "decision"),
    "clawback": ("points.clawed_back", "decision"),
    "adjustment": ("points.given", "decision"),
}
"""What the audit trail calls them, and what they are about: an account, or the decision where that is a person's."""


@dataclass(frozen=True)
class Decision:
    """Who decides, and why; the reason names nobody. `officer` is the id under which the audit trail is asked."""

    officer_id: int
    reason: str
    officer: UUID | None = None


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
    number = take_id(session)
    act, about = _ACTS[kind]
    record_act(
        session,
        actor=Actor("officer", decision.officer_id, decision.officer),
        act=act,
        subject=f"{about}:{number if about == 'decision' else account_id}",
        facts={"decision": number, "amount": amount},
        now=now,
    )
    session.add(
        LedgerDecision(
            id=number,
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
