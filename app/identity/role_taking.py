"""What follows when an officer loses roles, by one administrator's act or by a change that two agreed on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from app.audit import record_act
from app.core.ids import public_id
from app.identity.queries import OfficerRead, count_admins
from app.identity.role_errors import LastAdmin
from app.identity.role_tables import RoleChange
from app.identity.sessions import end_sessions
from app.identity.tables import Officer


def take_away(
    session: Session, row: Officer, taken: Collection[str], *, by: OfficerRead, now: datetime, ended: bool = False
) -> None:
    """`row` is as it will be. What waited for them is refused with it, and their sessions end. Raises LastAdmin."""
    session.flush()
    if not count_admins(session):
        raise LastAdmin
    session.execute(
        update(RoleChange)
        .where(col(RoleChange.officer_id) == row.id, col(RoleChange.decision).is_(None))
        .values(decision="refused", decided_by=by.id, decided_at=now)
    )
    person = public_id("off", row.public_id)
    end_sessions(session, person=person)
    facts: dict[str, str | int | bool | None] = {"roles": ", ".join(sorted(taken)), "ended": ended}
    record_act(session, actor=by.actor, act="role.taken", subject=f"officer:{person}", facts=facts, now=now)
