"""Live updates: a resident's open page hears when their points change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import anyio
import msgspec
from anyio import to_thread
from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import StreamingResponse

from app.identity.sessions import is_live
from app.ledger.queries import get_balance
from app.web.api.answers import SIGNED_IN, declines
from app.web.api.me import BalanceShape, present_balance
from app.web.callers import Call, SignedIn, as_resident

EVERY_SECONDS = 2
BEATS = 7
"""A comment after so many looks without a change, so that proxies keep the line open."""
LONGEST_LOOKS = 300
"""Then the stream ends, and the browser asks for it again: nobody holds a line for ever."""
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/event-stream": {
                "schema": {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
            }
        }
    }
}

router = APIRouter(tags=["resident"])


@router.get("/v1/me/stream", response_class=StreamingResponse, responses=declines(*SIGNED_IN) | _STREAM)
def stream(call: SignedIn) -> StreamingResponse:
    """Server-sent events: `balance` with your balance, at once and whenever it changes. Scope `resident`."""
    wallet, first = call.run(as_resident, lambda session, me: (me.id, _read(session, me.id, call.now)))
    return StreamingResponse(_follow(call, wallet, first), media_type="text/event-stream")


async def _follow(call: Call, wallet: int, first: BalanceShape) -> AsyncIterator[bytes]:
    """A short transaction for each look, never one that stays open; it ends with the session or the token."""
    told = first
    yield _write(first)
    for number in range(1, LONGEST_LOOKS):
        await anyio.sleep(EVERY_SECONDS)
        now = await to_thread.run_sync(_look, call, wallet)
        if now is None:
            return
        if now != told:
            told = now
            yield _write(now)
        elif number % BEATS == 0:
            yield b": still here\n\n"


def _look(call: Call, wallet: int) -> BalanceShape | None:
    """None once the caller is signed in no more."""
    now = call.runtime.clock.now()

    def serve(session: Session) -> BalanceShape | None:
        if call.token is not None:
            live = now < call.token.expires_at
        else:
            live = is_live(session, secret_hash=call.session_hash, now=now)
        return _read(session, wallet, now) if live else None

    return call.runtime.database.in_transaction(serve)


def _read(session: Session, wallet: int, now: datetime) -> BalanceShape:
    return present_balance(get_balance(session, wallet_id=wallet, now=now))


def _write(balance: BalanceShape) -> bytes:
    return b"event: balance\ndata: " + msgspec.json.encode(balance.model_dump(mode="json")) + b"\n\n"
