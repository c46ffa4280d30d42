"""Asking others to join: a resident's own code, and telling who asked oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.audit import record_act
from app.core.ids import public_id
from app.earning.referrals import name_referrer
from app.ledger.commands import Answer
from app.residents.queries import ResidentRead
from app.residents.referrals import InvitationKeys, give_invitation
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import SignedIn, as_resident
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["resident"])

INVITATION = (
    "Give this code to somebody who is about to join. They can tell it until they have earned their first points, "
    "within 28 days of joining; when they have earned them, you may earn points too."
)
NAMED = "Thank you. The person who gave you the code may earn points when you have earned your first."


class InvitationShape(Shape):
    """Your own code, the same each time, and what it is for. Whoever has it learns nothing about you by it."""

    code: str
    sentence: str


class ReferrerOrder(msgspec.Struct, frozen=True):
    """The code as the other person gave it to you; small letters and missing hyphens do not matter."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class ReferrerShape(Shape):
    """You told who asked you to join; who that is stays unsaid, here and everywhere."""

    named_at: datetime
    sentence: str


@router.get("/v1/me/invitation", responses=declines(*SIGNED_IN))
def show_invitation(call: SignedIn) -> InvitationShape:
    """Your own code for asking somebody to join. Scope `resident`."""
    keys = InvitationKeys(call.runtime.secrets)
    code = call.run(as_resident, lambda session, me: give_invitation(session, resident_id=me.id, keys=keys))
    return InvitationShape(code=code, sentence=INVITATION)


@router.post(
    "/v1/me/referrer",
    status_code=201,
    response_model=ReferrerShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ReferrerOrder)),
)
def tell_referrer(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Tell, by their code, who asked you to join: once, within 28 days, before your first points. Scope `resident`."""
    order = body.read(ReferrerOrder)
    keys = InvitationKeys(call.runtime.secrets)

    def serve(session: Session, me: ResidentRead) -> Answer:
        name_referrer(session, resident=me, code=order.code, keys=keys, now=call.now)
        subject, facts = f"resident:{public_id('res', me.public_id)}", {"what": "who asked them to join"}
        record_act(session, actor=me.actor, act="person.changed", subject=subject, facts=facts, now=call.now)
        return Answer(201, ReferrerShape(named_at=call.now, sentence=NAMED).model_dump(mode="json"))

    return respond(run_once(call, as_resident, serve, key=key, sent=body))
