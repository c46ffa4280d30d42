"""The stop switch of a partner."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.offers.stopping import start_partner
from app.redemption.releasing import stop_giving
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.api.partner_contracts import as_keeper
from app.web.api.partner_files import PartnerFileShape
from app.web.api.partner_shapes import read_partner_id
from app.web.api.partners import answer_partner
from app.web.api.reasons import Reasoned
from app.web.callers import SignedIn
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["partners"])


class StopOrder(Reasoned, frozen=True):
    """`honour`: vouchers that are out stay good; without it residents get their points back at once."""

    honour: bool


class StoppedShape(Shape):
    """How many vouchers were out: those that stay good, or are being given back."""

    vouchers_out: int
    honour: bool


@router.post(
    "/v1/partners/{id}/stop",
    status_code=201,
    response_model=StoppedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", StopOrder)),
)
def stop(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """From now on the partner gives nothing out. For officers with the role finance, approver or admin."""
    partner, order = read_partner_id(id), body.read(StopOrder)

    def serve(session: Session, officer: OfficerRead) -> Answer:
        out = stop_giving(
            session, partner=partner, reason=order.reason, honour=order.honour, officer=officer, now=call.now
        )
        return Answer(201, StoppedShape(vouchers_out=out, honour=order.honour).model_dump())

    return respond(run_once(call, as_keeper, serve, key=key, sent=body))


@router.post(
    "/v1/partners/{id}/start",
    response_model=PartnerFileShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def start(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Its rewards can be had again. For officers with the role finance, approver or admin."""
    return answer_partner(call, body, key, partial(start_partner, partner=read_partner_id(id)))
