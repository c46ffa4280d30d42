"""Changes of roles that give power: those that wait for a second administrator, and those that were decided."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.role_deciding import approve_role_change, refuse_role_change
from app.identity.role_errors import RoleChangeUnknown
from app.identity.role_queries import list_role_changes
from app.web.api.answers import SIGNED_IN, declines, link_next
from app.web.api.officer_shapes import (
    RoleChangePage,
    RoleChangeShape,
    as_keeper,
    as_reader_of_roles,
    present_role_change,
)
from app.web.callers import SignedIn

router = APIRouter(tags=["officers"])


@router.get("/v1/role-changes", responses=declines(*SIGNED_IN, 400))
def show_role_changes(
    call: SignedIn,
    response: Response,
    state: Annotated[Literal["waiting", "decided"], Query()] = "waiting",
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RoleChangePage:
    """Changes that give power: those that wait, or were decided. For officers with the role auditor or admin."""
    page = call.run(
        as_reader_of_roles,
        lambda session, _: list_role_changes(session, decided=state == "decided", after=after, limit=limit),
    )
    link_next(response, "/v1/role-changes", after=page.after, limit=limit, state=state)
    return RoleChangePage(items=[present_role_change(one) for one in page.items], after=page.after)


@router.post("/v1/role-changes/{id}/approve", responses=declines(*SIGNED_IN, 404, 409))
def approve(call: SignedIn, id: str) -> RoleChangeShape:  # noqa: A002 - the path's own word
    """Approve what another administrator proposed, of others than you. For officers with the role admin."""
    wanted = read_change_id(id)
    return present_role_change(
        call.run(
            as_keeper, lambda session, officer: approve_role_change(session, change=wanted, by=officer, now=call.now)
        )
    )


@router.post("/v1/role-changes/{id}/refuse", responses=declines(*SIGNED_IN, 404, 409))
def refuse(call: SignedIn, id: str) -> RoleChangeShape:  # noqa: A002 - the path's own word
    """Refuse it, or take your own proposal back. For officers with the role admin."""
    wanted = read_change_id(id)
    return present_role_change(
        call.run(
            as_keeper, lambda session, officer: refuse_role_change(session, change=wanted, by=officer, now=call.now)
        )
    )


def read_change_id(written: str) -> UUID:
    uuid = parse_public_id("rch", written)
    if uuid is None:
        raise RoleChangeUnknown
    return uuid
