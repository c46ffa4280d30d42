"""Officers and changes of their roles as they are shown, and who may see and make them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from app.core.ids import public_id
from app.identity.permissions import AUDIT_READERS, ROLE_KEEPERS
from app.identity.queries import OfficerRead
from app.identity.role_queries import RoleChangeRead
from app.web.api.answers import Shape
from app.web.api.reasons import Reasoned
from app.web.callers import as_officer_with

as_keeper = as_officer_with(*ROLE_KEEPERS)
as_reader_of_roles = as_officer_with(*AUDIT_READERS)

Role = Literal["editor", "approver", "support", "finance", "auditor", "admin"]
Roles = Annotated[list[Role], msgspec.Meta(min_length=1, max_length=6)]


class OfficerOrder(Reasoned, frozen=True, kw_only=True):
    """Somebody new, and why; `email` is what they sign in with."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]
    roles: Roles


class RolesOrder(Reasoned, frozen=True, kw_only=True):
    """All the roles that the officer will have, and why."""

    roles: Roles


class OfficerShape(Shape):
    """One who was ended is not `active`, and may do nothing."""

    id: str
    name: str
    roles: list[str]
    active: bool


class OfficerPage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[OfficerShape]
    after: str | None


class RoleChangeShape(Shape):
    """`officer` is null for somebody new until they are approved; `decision` is null while it waits."""

    id: str
    officer: str | None
    name: str
    roles: list[str]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None


class RoleChangePage(Shape):
    """Oldest first; `after` asks for the next page."""

    items: list[RoleChangeShape]
    after: str | None


class ChangedShape(Shape):
    """`waits` is the change that another administrator has to approve; null where it was done at once."""

    waits: RoleChangeShape | None


def present_officer(officer: OfficerRead) -> OfficerShape:
    return OfficerShape(id=officer.public_id, name=officer.name, roles=sorted(officer.roles), active=officer.active)


def present_role_change(change: RoleChangeRead) -> RoleChangeShape:
    return RoleChangeShape(
        id=public_id("rch", change.id),
        officer=change.officer.public_id if change.officer else None,
        name=change.name,
        roles=list(change.roles),
        reason=change.reason,
        proposed_by=change.proposed_by.public_id,
        proposed_at=change.proposed_at,
        decision=change.decision,
        decided_by=change.decided_by.public_id if change.decided_by else None,
        decided_at=change.decided_at,
    )
