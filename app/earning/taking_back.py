"""Officers take back what an event gave, when it is too old to void; and what was spent of it, as a decision apart."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlmodel import Session

from app.core.units import Points
from app.earning.errors import VoidInstead
from app.earning.queries import get_event
from app.earning.void import VOID_WINDOW
from app.ledger.decisions import Decision
from app.ledger.reversals import TakenBack, claw_back, reverse_awards
from app.rulebook.queries import find_budgets


def reverse_event(session: Session, *, source: str, external_id: str, decision: Decision, now: datetime) -> TakenBack:
    """Reverse each award of the event, up to what it stands at now.

    Refolds leave what an event so old has got as it is, so it can't change under our hands. Raises EventUnknown,
    VoidInstead, NothingToReverse, ReasonUnfit.
    """
    event = get_event(session, source=source, external_id=external_id)
    if event.happened_at >= now - VOID_WINDOW:
        raise VoidInstead(window_days=VOID_WINDOW.days)
    budgets = find_budgets(session)
    most: Counter[int] = Counter()
    for line in event.lines:
        most[budgets[str(line["campaign"])].account_id] += int(str(line["got"]))
    return reverse_awards(
        session, wallet_id=event.resident_id, event_id=event.id, most=most, decision=decision, now=now
    )


def claw_back_event(
    session: Session, *, source: str, external_id: str, points: Points, decision: Decision, now: datetime
) -> TakenBack:
    """Raises EventUnknown, ClawbackTooLarge, ReasonUnfit."""
    event = get_event(session, source=source, external_id=external_id)
    return claw_back(session, wallet_id=event.resident_id, event_id=event.id, points=points, decision=decision, now=now)
