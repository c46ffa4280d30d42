"""What is changed about residents stands in the audit trail, whether they change it themselves or the desk does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from app.audit import Actor, record_act
from app.core.ids import public_id
from app.residents.queries import ResidentRead


def note_change(
    session: Session,
    *,
    resident: ResidentRead,
    act: str,
    by: Actor | None = None,
    facts: Mapping[str, str | int | bool | None] | None = None,
    now: datetime,
) -> None:
    """That it was changed, and never what it says now; by the resident where nobody else is named."""
    subject = f"resident:{public_id('res', resident.public_id)}"
    record_act(session, actor=by or resident.actor, act=act, subject=subject, facts=facts or {}, now=now)
