"""Did you get it? Questions to residents about vouchers they used, answered by themselves."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.redemption.callbacks import list_callbacks
from app.web.api.answers import SIGNED_IN, declines, respond, takes
from app.web.api.callback_shapes import (
    CallbackAnswer,
    CallbackShape,
    CallbacksShape,
    answer_with,
    present_callback,
    read_callback_id,
)
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["redemptions"])


@router.get("/v1/me/callbacks", responses=declines(*SIGNED_IN))
def show_callbacks(call: SignedIn) -> CallbacksShape:
    """What you are asked about vouchers you used: we ask a few at random. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_callbacks(session, resident_id=me.id))
    return CallbacksShape(items=[present_callback(one) for one in found])


@router.post(
    "/v1/me/callbacks/{id}/answer",
    response_model=CallbackShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", CallbackAnswer)),
)
def answer(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Say whether you got it, once. Scope `resident`."""
    wanted, order = read_callback_id(id), body.read(CallbackAnswer)
    serve = answer_with(wanted, got=order.got, told="resident", now=call.now)
    return respond(run_once(call, as_resident, serve, key=key, sent=body))
