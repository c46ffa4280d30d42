"""Officers and their roles: made, changed and ended by administrators; what gives power takes two of them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.officers import change_roles, end_officer, look_at_officers, propose_officer
from app.identity.queries import OfficerRead
from app.identity.role_errors import OfficerUnknown
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, declines, link_next, respond, takes
from app.web.api.officer_shapes import (
    ChangedShape,
    OfficerOrder,
    OfficerPage,
    RoleChangeShape,
    RolesOrder,
    as_keeper,
    as_reader_of_roles,
    present_officer,
    present_role_change,
)
from app.web.callers import SignedIn
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["officers"])

After = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/v1/officers", responses=declines(*SIGNED_IN, 400))
def show_officers(call: SignedIn, response: Response, after: After = None, limit: Limit = 50) -> OfficerPage:
    """Who may do what. For officers with the role auditor or admin."""
    page = call.run(
        as_reader_of_roles,
        lambda session, officer: look_at_officers(session, after=after, limit=limit, by=officer, now=call.now),
    )
    link_next(response, "/v1/officers", after=page.after, limit=limit)
    return OfficerPage(items=[present_officer(one) for one in page.items], after=page.after)


@router.post(
    "/v1/officers",
    status_code=201,
    response_model=RoleChangeShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", OfficerOrder)),
)
def make_officer(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose somebody new; another administrator approves. For officers with the role admin."""
    order = body.read(OfficerOrder)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        proposed = propose_officer(session, by=officer, now=call.now, **msgspec.structs.asdict(order))
        return Answer(201, present_role_change(proposed).model_dump(mode="json"))

    return respond(run_once(call, as_keeper, serve, key=key, sent=body))


@router.put(
    "/v1/officers/{id}/roles",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", RolesOrder)),
)
def set_roles(call: SignedIn, id: str, body: Body) -> ChangedShape:  # noqa: A002 - the path's own word
    """Say all the roles of another officer: fewer at once, more when another approves. Role admin."""
    order, wanted = body.read(RolesOrder), _read_officer_id(id)
    waits = call.run(
        as_keeper,
        lambda session, officer: change_roles(
            session, officer=wanted, roles=order.roles, reason=order.reason, by=officer, now=call.now
        ),
    )
    return ChangedShape(waits=present_role_change(waits) if waits else None)


@router.delete("/v1/officers/{id}", status_code=204, responses=declines(*SIGNED_IN, 404, 409))
def end(call: SignedIn, id: str) -> Response:  # noqa: A002 - the path's own word
    """End another officer at once: they are signed out, and may do nothing. For officers with the role admin."""
    wanted = _read_officer_id(id)
    call.run(as_keeper, lambda session, officer: end_officer(session, officer=wanted, by=officer, now=call.now))
    return Response(status_code=204)


def _read_officer_id(written: str) -> UUID:
    uuid = parse_public_id("off", written)
    if uuid is None:
        raise OfficerUnknown
    return uuid
