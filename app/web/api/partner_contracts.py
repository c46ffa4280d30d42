"""What is agreed with a partner: a new version is proposed by one officer and decided by another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import parse_public_id
from app.identity.permissions import PARTNER_KEEPERS
from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.offers.contracts.errors import ContractUnknown
from app.offers.contracts.queries import ContractRead, list_contracts
from app.offers.contracts.service import approve_contract, propose_contract, refuse_contract
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.contract_orders import ContractOrder
from app.web.api.partner_shapes import ContractShape, present_contracts, read_partner_id
from app.web.api.payout_shapes import get_partner_by_id
from app.web.api.reasons import Reasoned
from app.web.callers import Call, SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["partners"])

as_keeper = as_officer_with(*PARTNER_KEEPERS)


class ContractsShape(Shape):
    """Newest version first."""

    items: list[ContractShape]


@router.get("/v1/partners/{id}/contracts", responses=declines(*SIGNED_IN, 404))
def show_contracts(call: SignedIn, id: str) -> ContractsShape:  # noqa: A002 - the path's own word
    """Every version of a partner's contract. For officers with a role."""

    def find(session: Session) -> ContractsShape:
        partner = get_partner_by_id(session, id)
        return ContractsShape(
            items=present_contracts(session, list_contracts(session, partner_ids=[partner.id])[partner.id])
        )

    return call.run(as_officer, lambda session, _: find(session))


@router.post(
    "/v1/partners/{id}/contracts",
    status_code=201,
    response_model=ContractShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ContractOrder)),
)
def propose(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Propose what holds from a day to come. For officers with the role finance, approver or admin."""
    partner, proposal = read_partner_id(id), body.read(ContractOrder).to_proposal()
    serve = partial(propose_contract, partner=partner, proposal=proposal, now=call.now)
    return _answer(call, body, key, serve, status=201)


@router.post(
    "/v1/partners/{id}/contracts/{contract}/approve",
    response_model=ContractShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def approve(call: SignedIn, id: str, contract: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Agree to what another officer proposed. For officers with the role finance, approver or admin."""
    partner, wanted = read_partner_id(id), read_contract_id(contract)
    return _answer(call, body, key, partial(approve_contract, partner=partner, contract=wanted, now=call.now))


@router.post(
    "/v1/partners/{id}/contracts/{contract}/refuse",
    response_model=ContractShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", Reasoned)),
)
def refuse(call: SignedIn, id: str, contract: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Leave things as they are; one may refuse one's own. For officers with the role finance, approver or admin."""
    partner, wanted, reason = read_partner_id(id), read_contract_id(contract), body.read(Reasoned).reason
    serve = partial(refuse_contract, partner=partner, contract=wanted, reason=reason, now=call.now)
    return _answer(call, body, key, serve)


def _answer(
    call: Call, sent: Sent, key: str | None, serve: Callable[..., ContractRead], *, status: int = 200
) -> Response:
    def answer(session: Session, officer: OfficerRead) -> Answer:
        (shown,) = present_contracts(session, (serve(session, officer=officer),))
        return Answer(status, shown.model_dump(mode="json"))

    return respond(run_once(call, as_keeper, answer, key=key, sent=sent))


def read_contract_id(written: str) -> UUID:
    uuid = parse_public_id("con", written)
    if uuid is None:
        raise ContractUnknown
    return uuid
