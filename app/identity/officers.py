"""Administrators make, change and end other officers' roles: what gives power waits for a second one.

Taking away works at once, so that one administrator can stop somebody. Nobody changes their own roles, and the last
administrator stays.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import public_id, take_id, uuid7
from app.core.paging import Page
from app.identity.queries import OfficerRead
from app.identity.role_errors import (
    OfficerUnknown,
    OwnRoles,
    RoleChangeWaits,
    RolesAsTheyAre,
)
from app.identity.role_lock import lock_roles
from app.identity.role_queries import RoleChangeRead, list_officers, read_role_change
from app.identity.role_tables import RoleChange
from app.identity.role_taking import take_away
from app.identity.service import check_new_officer, check_roles
from app.identity.tables import Officer


def look_at_officers(
    session: Session, *, after: str | None, limit: int, by: OfficerRead, now: datetime
) -> Page[OfficerRead]:
    """Who has which role; that it was looked at is kept. Raises CursorUnknown."""
    record_act(session, actor=by.actor, act="role.looked_at", subject="officers", now=now)
    return list_officers(session, after=after, limit=limit)


def propose_officer(
    session: Session, *, name: str, email: str, roles: Collection[str], reason: str, by: OfficerRead, now: datetime
) -> RoleChangeRead:
    """Somebody new, once another administrator approves. Raises RegistrationInvalid or OfficerEmailTaken."""
    checked = check_new_officer(session, name=name, email=email, roles=roles)
    return _propose(session, by=by, reason=reason, roles=roles, now=now, name=checked.name, email=checked.email)


def change_roles(
    session: Session, *, officer: UUID, roles: Collection[str], reason: str, by: OfficerRead, now: datetime
) -> RoleChangeRead | None:
    """Roles that are taken away go at once (None); any that is new, or somebody who had been ended, waits.

    Raises OfficerUnknown, OwnRoles, RolesAsTheyAre, RegistrationInvalid, LastAdmin or RoleChangeWaits.
    """
    check_roles(roles)
    row = _lock_other(session, officer, by)
    if row.active and set(roles) == set(row.roles):
        raise RolesAsTheyAre
    if row.active and set(row.roles).issuperset(roles):
        taken = sorted(set(row.roles) - set(roles))
        row.roles = sorted(set(roles))
        take_away(session, row, taken, by=by, now=now)
        return None
    waits = select(RoleChange.id).where(RoleChange.officer_id == row.id, col(RoleChange.decision).is_(None))
    if session.exec(waits).first() is not None:
        raise RoleChangeWaits
    return _propose(session, by=by, reason=reason, roles=roles, now=now, officer_id=row.id)


def end_officer(session: Session, *, officer: UUID, by: OfficerRead, now: datetime) -> None:
    """From now on they may do nothing, and are signed out; again changes nothing.

    Raises OfficerUnknown, OwnRoles or LastAdmin.
    """
    row = _lock_other(session, officer, by)
    if row.active:
        row.active = False
        take_away(session, row, list(row.roles), by=by, now=now, ended=True)


def _lock_other(session: Session, officer: UUID, by: OfficerRead) -> Officer:
    lock_roles(session)
    wanted = select(Officer).where(Officer.public_id == officer).with_for_update()
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise OfficerUnknown
    if row.id == by.id:
        raise OwnRoles
    return row


def _propose(
    session: Session,
    *,
    by: OfficerRead,
    reason: str,
    roles: Collection[str],
    now: datetime,
    officer_id: int | None = None,
    name: str | None = None,
    email: str | None = None,
) -> RoleChangeRead:
    row = RoleChange(
        id=take_id(session),
        public_id=uuid7(now),
        officer_id=officer_id,
        name=name,
        email=email,
        roles=sorted(set(roles)),
        reason=reason,
        proposed_by=by.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    subject, facts = f"role-change:{public_id('rch', row.public_id)}", {"roles": ", ".join(row.roles)}
    record_act(session, actor=by.actor, act="role.proposed", subject=subject, facts=facts, now=now)
    return read_role_change(session, row)
