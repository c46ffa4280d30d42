"""Signing out everywhere, on record for those whose sign-ins are."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.audit import record_act
from app.identity.sessions import end_sessions
from app.web.people import find_somebody


def sign_out_everywhere(session: Session, *, person: str, now: datetime) -> int:
    """How many sessions have ended."""
    ended, somebody = end_sessions(session, person=person), find_somebody(session, person=person)
    if somebody is not None and somebody.actor.kind != "resident":
        facts = {"sessions": ended}
        record_act(session, actor=somebody.actor, act="session.ended", subject=somebody.subject, facts=facts, now=now)
    return ended
