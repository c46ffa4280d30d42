"""Which key signs our tokens, in the audit trail: written down by the first process that signs with another one."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.audit import SYSTEM, list_acts, record_act


def note_signing_key(session: Session, *, kid: str, now: datetime) -> bool:
    """Whether it is another than the last one that was noted. Processes that begin at once may both note it."""
    subject = f"signing-key:{kid}"
    last = list_acts(session, act="keys.rotated", limit=1).items
    if last and last[0].subject == subject:
        return False
    record_act(session, actor=SYSTEM, act="keys.rotated", subject=subject, now=now)
    return True
