"""Partners, as officers keep them: proposed by one, approved by another, stopped and started."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.offers.partner_list import get_partner_file, list_partners
from app.offers.queries import PartnerRead
from app.offers.registering import (
    LONGEST_NAME,
    LONGEST_PLACE,
    approve_partner,
    propose_partner,
    refuse_partner,
)
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.contract_orders import ContractOrder
from app.web.api.partner_contracts import as_keeper
from app.web.api.partner_files import PartnerFileShape, present_partners
from app.web.api.partner_shapes import read_partner_id
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn, as_officer
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["partners"])


class PartnerOrder(msgspec.Struct, frozen=True):
    """An organisation, where people find it, and what is agreed with it at first."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    kind: Literal["business", "community_group"]
    place: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PLACE)]
    contract: ContractOrder


class PartnerPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[PartnerFileShape]
    after: str | None


@router.get("/v1/partners", responses=declines(*SIGNED_IN, 400))
def show_partners(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PartnerPage:
    """Every partner, whatever its state. For officers with a role."""

    def find(session: Session) -> PartnerPage:
        page = list_partners(session, after=after, limit=limit)
        return PartnerPage(items=present_partners(session, page.items, call), after=page.after)

    shown = call.run(as_officer, lambda session, _: find(session))
    link_next(response, "/v1/partners", after=shown.after, limit=limit)
    return shown


@router.get("/v1/partners/{id}", responses=declines(*SIGNED_IN, 404))
def show_partner(call: SignedIn, id: str) -> PartnerFileShape:  # noqa: A002 - the path's own word
    """One partner. For officers with a role."""
    wanted = read_partner_id(id)

    def find(session: Session) -> PartnerFileShape:
        (shown,) = present_partners(session, (get_partner_file(session, partner=wanted),), call)
        return shown

    return call.run(as_officer, lambda session, _: find(session))


@router.post(
    "/v1/partners",
    status_code=201,
    response_model=PartnerFileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", PartnerOrder)),
)
def propose(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Propose a partner with its contract; it gives nothing yet. Officers, role finance, approver or admin."""
    order = body.read(PartnerOrder)
    contract = order.contract.to_proposal()
    serve = partial(propose_partner, name=order.name, kind=order.kind, place=order.place, contract=contract)
    return answer_partner(call, body, key, serve, status=201)


@router.post(
    "/v1/partners/{id}/approve",
    response_model=PartnerFileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Approve a partner that another officer proposed, and its contract. Role finance, approver or admin."""
    return answer_partner(call, body, key, partial(approve_partner, partner=read_partner_id(id)))


@router.post(
    "/v1/partners/{id}/refuse",
    response_model=PartnerFileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", Reasoned)),
)
def refuse(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Refuse a proposed partner; one may refuse one's own. Officers, role finance, approver or admin."""
    wanted, reason = read_partner_id(id), body.read(Reasoned).reason
    return answer_partner(call, body, key, partial(refuse_partner, partner=wanted, reason=reason))


def answer_partner(
    call: Call, sent: Sent, key: str | None, serve: Callable[..., PartnerRead], *, status: int = 200
) -> Response:
    """Do it once, and show the partner as it stands then."""

    def answer(session: Session, officer: OfficerRead) -> Answer:
        changed = serve(session, officer=officer, now=call.now)
        (shown,) = present_partners(session, (get_partner_file(session, partner=changed.public_id),), call)
        return Answer(status, shown.model_dump(mode="json"))

    return respond(run_once(call, as_keeper, answer, key=key, sent=sent))
