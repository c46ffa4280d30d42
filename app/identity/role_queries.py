"""Officers and the changes of their roles, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.paging import Page, clamp_limit, parse_cursor
from app.identity.queries import OfficerRead, find_officers
from app.identity.role_errors import OfficerUnknown
from app.identity.role_tables import RoleChange
from app.identity.tables import Officer


@dataclass(frozen=True)
class RoleChangeRead:
    """`officer` is None for somebody new who was not approved; `decision` None while it waits."""

    id: UUID
    officer: OfficerRead | None
    name: str
    roles: tuple[str, ...]
    reason: str
    proposed_by: OfficerRead
    proposed_at: datetime
    decision: str | None
    decided_by: OfficerRead | None
    decided_at: datetime | None


def list_officers(session: Session, *, after: str | None, limit: int) -> Page[OfficerRead]:
    """All that there ever were, oldest first. Raises CursorUnknown."""
    wanted, cursor, limit = select(Officer).order_by(col(Officer.public_id)), parse_cursor(after), clamp_limit(limit)
    if cursor is not None:
        wanted = wanted.where(col(Officer.public_id) > cursor)
    rows = session.exec(wanted.limit(limit + 1)).all()
    items = tuple(
        OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles), row.active) for row in rows[:limit]
    )
    return Page(items, items[-1].uuid.hex if len(rows) > limit else None)


def get_officer(session: Session, *, officer: UUID) -> OfficerRead:
    """Also one who was ended. Raises OfficerUnknown."""
    row = session.exec(select(Officer).where(Officer.public_id == officer)).first()
    if row is None:
        raise OfficerUnknown
    return OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles), row.active)


def list_role_changes(session: Session, *, decided: bool, after: str | None, limit: int) -> Page[RoleChangeRead]:
    """Those that wait, or those that are decided; oldest first. Raises CursorUnknown."""
    wanted, cursor, limit = select(RoleChange), parse_cursor(after), clamp_limit(limit)
    open_ones = col(RoleChange.decision).is_(None)
    wanted = wanted.where(~open_ones if decided else open_ones).order_by(col(RoleChange.public_id))
    if cursor is not None:
        wanted = wanted.where(col(RoleChange.public_id) > cursor)
    rows = session.exec(wanted.limit(limit + 1)).all()
    items = tuple(read_role_change(session, row) for row in rows[:limit])
    return Page(items, items[-1].id.hex if len(rows) > limit else None)


def find_proposer(session: Session, *, officer_id: int) -> int | None:
    """Who proposed what the officer may do now; None for those whom the command line made."""
    approved = select(RoleChange.proposed_by).where(RoleChange.officer_id == officer_id)
    approved = approved.where(RoleChange.decision == "approved").limit(1)
    return session.exec(approved.order_by(col(RoleChange.decided_at).desc(), col(RoleChange.id).desc())).first()


def read_role_change(session: Session, row: RoleChange) -> RoleChangeRead:
    """With the officers that it names."""
    named = [one for one in (row.officer_id, row.proposed_by, row.decided_by) if one is not None]
    people = find_officers(session, ids=named)
    officer = people.get(row.officer_id) if row.officer_id is not None else None
    return RoleChangeRead(
        id=row.public_id,
        officer=officer,
        name=row.name or (officer.name if officer else ""),
        roles=tuple(row.roles),
        reason=row.reason,
        proposed_by=people[row.proposed_by],
        proposed_at=row.proposed_at,
        decision=row.decision,
        decided_by=people.get(row.decided_by) if row.decided_by is not None else None,
        decided_at=row.decided_at,
    )
