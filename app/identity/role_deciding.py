"""A second administrator's word about a change of roles that gives power."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.audit import record_act
from app.core.ids import public_id
from app.identity.errors import OwnWork
from app.identity.logins import drop_logins
from app.identity.queries import OfficerRead
from app.identity.role_errors import OwnRoles, RoleChangeDecided, RoleChangeUnknown
from app.identity.role_lock import lock_roles
from app.identity.role_queries import RoleChangeRead, read_role_change
from app.identity.role_tables import RoleChange
from app.identity.role_taking import take_away
from app.identity.service import create_officer
from app.identity.tables import Officer


def approve_role_change(session: Session, *, change: UUID, by: OfficerRead, now: datetime) -> RoleChangeRead:
    """By another administrator than the one who proposed, and than whose roles they are.

    Raises RoleChangeUnknown, RoleChangeDecided, OwnWork, OwnRoles, OfficerEmailTaken or LastAdmin.
    """
    row = _lock_open(session, change)
    if row.proposed_by == by.id:
        raise OwnWork
    if row.officer_id == by.id:
        raise OwnRoles
    if row.officer_id is None:
        assert row.name is not None, "of somebody new there is a name"
        assert row.email is not None, "and an address"
        made = create_officer(session, name=row.name, email=row.email, roles=row.roles, now=now, actor=by.actor)
        row.officer_id = made.id
        return _decide(session, row, "approved", by=by, now=now)
    # Decided first, or what it takes away would refuse it as something that waits.
    decided = _decide(session, row, "approved", by=by, now=now)
    _give(session, session.get_one(Officer, row.officer_id, with_for_update=True), row.roles, by=by, now=now)
    return decided


def refuse_role_change(session: Session, *, change: UUID, by: OfficerRead, now: datetime) -> RoleChangeRead:
    """By any administrator, the one who proposed it, too. Raises RoleChangeUnknown or RoleChangeDecided."""
    return _decide(session, _lock_open(session, change), "refused", by=by, now=now)


def _lock_open(session: Session, change: UUID) -> RoleChange:
    lock_roles(session)
    wanted = select(RoleChange).where(RoleChange.public_id == change).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise RoleChangeUnknown
    if row.decision is not None:
        raise RoleChangeDecided(decision=row.decision)
    return row


def _give(session: Session, row: Officer, roles: Collection[str], *, by: OfficerRead, now: datetime) -> None:
    """Somebody who had been ended comes back with no way in: they are invited anew.

    What they had and is not among `roles` is taken away, as by one administrator. Raises LastAdmin.
    """
    taken = set(row.roles) - set(roles) if row.active else set()
    person = public_id("off", row.public_id)
    if not row.active:
        drop_logins(session, person=person)
    row.roles, row.active = sorted(set(roles)), True
    session.flush()
    facts = {"roles": ", ".join(row.roles)}
    record_act(session, actor=by.actor, act="role.given", subject=f"officer:{person}", facts=facts, now=now)
    if taken:
        take_away(session, row, taken, by=by, now=now)


def _decide(session: Session, row: RoleChange, decision: str, *, by: OfficerRead, now: datetime) -> RoleChangeRead:
    row.decision, row.decided_by, row.decided_at = decision, by.id, now
    session.flush()
    if decision == "refused":
        subject = f"role-change:{public_id('rch', row.public_id)}"
        record_act(session, actor=by.actor, act="role.proposed", subject=subject, facts={"refused": True}, now=now)
    return read_role_change(session, row)
