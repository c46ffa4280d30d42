"""Live updates: a resident's open page hears when their points change."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import StreamingResponse

from app.ledger.queries import get_balance
from app.web.api.answers import SIGNED_IN, declines
from app.web.api.me import present_balance
from app.web.callers import Call, SignedIn, as_resident
from app.web.streams import DESCRIPTION, MEDIA_TYPE, follow

router = APIRouter(tags=["resident"])


@router.get("/v1/me/stream", response_class=StreamingResponse, responses=declines(*SIGNED_IN) | DESCRIPTION)
def stream(call: SignedIn) -> StreamingResponse:
    """Server-sent events: `balance` with your balance, at once and whenever it changes. Scope `resident`."""
    wallet, first = call.run(as_resident, lambda session, me: (me.id, _read(session, me.id, call)))
    told = follow(call, event="balance", first=first, look=lambda session, later: _read(session, wallet, later))
    return StreamingResponse(told, media_type=MEDIA_TYPE)


def _read(session: Session, wallet: int, call: Call) -> bytes:
    balance = present_balance(get_balance(session, wallet_id=wallet, now=call.now))
    return msgspec.json.encode(balance.model_dump(mode="json"))
