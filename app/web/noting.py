"""What residents change about themselves stands in the audit trail, as anybody else's change would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.residents.queries import ResidentRead


def note_own_change(
    session: Session,
    *,
    resident: ResidentRead,
    act: str,
    facts: Mapping[str, str | int | bool | None] | None = None,
    now: datetime,
) -> None:
    """That it was changed, and never what it says now."""
    subject = f"resident:{public_id('res', resident.public_id)}"
    record_act(session, actor=resident.actor, act=act, subject=subject, facts=facts or {}, now=now)
