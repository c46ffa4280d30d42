"""Where a partner's own system is asked: an officer connects it, or approves what the partner's owner proposes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter
from sqlmodel import Session

from app.identity.queries import OfficerRead, StaffRead
from app.offers.connecting import (
    AdapterUnknown,
    ConnectionRead,
    connect_endpoint,
    decide_endpoint,
    list_connections,
    propose_endpoint,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.partner_contracts import as_keeper
from app.web.api.payout_shapes import get_partner_by_id
from app.web.callers import Call, SignedIn, as_officer, as_partner_owner, as_partner_staff
from app.web.sent import Body

router = APIRouter(tags=["partners"])

Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class EndpointOrder(msgspec.Struct, frozen=True):
    """An https address that anybody on the internet could reach, and the secret by which the system knows us."""

    url: Url
    secret: Annotated[str, msgspec.Meta(min_length=16, max_length=500)]


class EndpointDecision(msgspec.Struct, frozen=True):
    """`url` is the address that you have read, and that you approve or refuse."""

    url: Url
    decision: Literal["approve", "refuse"]


class ConnectionShape(Shape):
    """`url` is asked now, null while nothing is; `proposed_url` waits for an officer. Secrets are never shown."""

    adapter: str
    url: str | None
    connected_at: datetime | None
    proposed_url: str | None
    proposed_at: datetime | None


class ConnectionsShape(Shape):
    """By adapter."""

    items: list[ConnectionShape]


@router.get("/v1/partner/endpoints", responses=declines(*SIGNED_IN))
def show_own(call: SignedIn) -> ConnectionsShape:
    """Where your systems are asked. For the partner's people."""
    return call.run(as_partner_staff, lambda session, staff: _show(session, staff.partner_id))


@router.put(
    "/v1/partner/endpoints/{adapter}",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", EndpointOrder)),
)
def propose(call: SignedIn, adapter: str, body: Body) -> ConnectionsShape:
    """Say where your system is asked; it holds once an officer has approved it. For owners of the partner."""
    order, keys = body.read(EndpointOrder), call.runtime.endpoint_keys
    call.run(as_partner_owner, lambda _session, _staff: _check_adapter(call, adapter))
    call.runtime.url_guard.check(order.url)

    def serve(session: Session, staff: StaffRead) -> ConnectionsShape:
        keep = partial(propose_endpoint, session, url=order.url, secret=order.secret, keys=keys, now=call.now)
        keep(partner_id=staff.partner_id, adapter=adapter, actor=staff.actor)
        return _show(session, staff.partner_id)

    return call.run(as_partner_owner, serve)


@router.get("/v1/partners/{id}/endpoints", responses=declines(*SIGNED_IN, 404))
def show(call: SignedIn, id: str) -> ConnectionsShape:  # noqa: A002 - the path's own word
    """Where a partner's systems are asked, and what waits. For officers with a role."""
    return call.run(as_officer, lambda session, _: _show(session, get_partner_by_id(session, id).id))


@router.put(
    "/v1/partners/{id}/endpoints/{adapter}",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", EndpointOrder)),
)
def connect(call: SignedIn, id: str, adapter: str, body: Body) -> ConnectionsShape:  # noqa: A002 - the path's own word
    """Ask a partner's system there from now on. For officers with the role finance, approver or admin."""
    order, keys = body.read(EndpointOrder), call.runtime.endpoint_keys
    partner_id = call.run(as_keeper, lambda session, _: get_partner_by_id(session, id).id)
    _check_adapter(call, adapter)
    call.runtime.url_guard.check(order.url)

    def serve(session: Session, officer: OfficerRead) -> ConnectionsShape:
        keep = partial(connect_endpoint, session, url=order.url, secret=order.secret, keys=keys, now=call.now)
        keep(partner_id=partner_id, adapter=adapter, actor=officer.actor)
        return _show(session, partner_id)

    return call.run(as_keeper, serve)


@router.post(
    "/v1/partners/{id}/endpoints/{adapter}/decide",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", EndpointDecision)),
)
def decide(call: SignedIn, id: str, adapter: str, body: Body) -> ConnectionsShape:  # noqa: A002 - the path's own word
    """Approve or refuse the address that a partner proposed. For officers, role finance, approver or admin."""
    order, keys = body.read(EndpointDecision), call.runtime.endpoint_keys

    def serve(session: Session, officer: OfficerRead) -> ConnectionsShape:
        partner_id = get_partner_by_id(session, id).id
        settle = partial(decide_endpoint, session, url=order.url, decision=order.decision, keys=keys, now=call.now)
        settle(partner_id=partner_id, adapter=adapter, actor=officer.actor)
        return _show(session, partner_id)

    return call.run(as_keeper, serve)


def _check_adapter(call: Call, adapter: str) -> None:
    known = [name for name, one in call.runtime.adapters.items() if not one.local]
    if adapter not in known:
        raise AdapterUnknown(known=known)


def _show(session: Session, partner_id: int) -> ConnectionsShape:
    return ConnectionsShape(items=[_present(one) for one in list_connections(session, partner_id=partner_id)])


def _present(one: ConnectionRead) -> ConnectionShape:
    return ConnectionShape(**vars(one))
