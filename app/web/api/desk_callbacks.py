"""Did you get it? The same questions, asked at the desk of somebody who is there."""

from __future__ import annotations

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.redemption.callbacks import CallbackRead, list_callbacks
from app.residents.desk import Desk, look_up_member
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.callback_shapes import CallbackShape, CallbacksShape, answer_with, present_callback, read_callback_id
from app.web.api.desk import as_desk
from app.web.api.purposes import Purposed, Stated
from app.web.callers import SignedIn
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["desk"])


class DeskCallbackAnswer(Purposed, frozen=True, kw_only=True):
    """What the person at the desk says."""

    got: bool


@router.get("/v1/desk/residents/{member}/callbacks", responses=declines(*SIGNED_IN, 400, 404, 422))
def show_callbacks_at_desk(call: SignedIn, member: str, purpose: Stated) -> CallbacksShape:
    """What the person is asked, to ask them here. For officers with the role support."""
    keys = call.runtime.card_keys

    def look(session: Session, officer: OfficerRead) -> tuple[CallbackRead, ...]:
        desk = Desk(officer, purpose)
        found = look_up_member(session, desk=desk, number=member, act="callbacks", keys=keys, now=call.now)
        return list_callbacks(session, resident_id=found.id)

    return CallbacksShape(items=[present_callback(one) for one in call.run(as_desk, look)])


@router.post(
    "/v1/desk/residents/{member}/callbacks/{id}/answer",
    response_model=CallbackShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", DeskCallbackAnswer)),
)
def answer_at_desk(call: SignedIn, member: str, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Keep what the person says. For officers with the role support."""
    wanted, order, keys = read_callback_id(id), body.read(DeskCallbackAnswer), call.runtime.card_keys

    def serve(session: Session, officer: OfficerRead) -> Answer:
        desk = Desk(officer, order.stated())
        found = look_up_member(session, desk=desk, number=member, act="answer_callback", keys=keys, now=call.now)
        return answer_with(wanted, got=order.got, told="desk", now=call.now)(session, found)

    return respond(run_once(call, as_desk, serve, key=key, sent=body))
