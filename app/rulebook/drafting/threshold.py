"""From how many points on the budget holder approves a rule too."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import take_id
from app.identity.queries import OfficerRead
from app.rulebook.drafting.approver_tables import ApprovalThreshold

DEFAULT_THRESHOLD_POINTS: Final = 100_000
"""Until the scheme sets its own: 1,000 pounds behind the points at 100 pence for 100 points."""


def find_threshold(session: Session) -> int:
    """Points over a rule's validity above which the budget holder approves too."""
    newest = session.exec(select(ApprovalThreshold).order_by(col(ApprovalThreshold.id).desc()).limit(1)).first()
    return DEFAULT_THRESHOLD_POINTS if newest is None else newest.points


def set_threshold(session: Session, *, points: int, reason: str, officer: OfficerRead, now: datetime) -> None:
    """From now on the budget holder approves what may add more than `points` over its validity."""
    session.add(
        ApprovalThreshold(id=take_id(session), points=points, reason=reason, set_by=officer.id, set_at=now)
    )  # fmt: skip
    session.flush()
    record_act(
        session,
        actor=officer.actor,
        act="scheme.setting_changed",
        subject="setting:approval-threshold",
        purpose=reason,
        facts={"points": points},
        now=now,
    )
