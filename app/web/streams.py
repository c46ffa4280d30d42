"""Server-sent events: an open page hears when something that it shows has changed, as long as somebody is signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from anyio import to_thread
from sqlmodel import Session

from app.identity.sessions import is_live
from app.web.callers import Call

MEDIA_TYPE = "text/event-stream"
EVERY_SECONDS = 2
BEATS = 7
"""A comment after so many looks without a change, so that proxies keep the line open."""
LONGEST_LOOKS = 300
"""Then the stream ends, and the browser asks for it again: nobody holds a line for ever."""
DESCRIPTION: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}
            }
        }
    }
}

Look = Callable[[Session, Call], bytes]
"""What is to be told, as one line; it may refuse, which ends the stream."""


async def follow(call: Call, *, event: str, first: bytes, look: Look) -> AsyncIterator[bytes]:
    """`first` at once, and what `look` finds whenever that is something else.

    A short transaction for each look, never one that stays open; it ends with the session or the token.
    """
    told = first
    yield _write(event, first)
    for number in range(1, LONGEST_LOOKS):
        await anyio.sleep(EVERY_SECONDS)
        now = await to_thread.run_sync(_look, call, look)
        if now is None:
            return
        if now != told:
            told = now
            yield _write(event, now)
        elif number % BEATS == 0:
            yield b": still here\n\n"


def _look(call: Call, look: Look) -> bytes | None:
    """None once the caller is signed in no more."""
    later = Call(call.runtime, call.runtime.clock.now(), call.token, call.session_hash)

    def serve(session: Session) -> bytes | None:
        if call.token is not None:
            live = later.now < call.token.expires_at
        else:
            live = is_live(session, secret_hash=call.session_hash, now=later.now)
        return look(session, later) if live else None

    return call.runtime.database.in_transaction(serve)


def _write(event: str, data: bytes) -> bytes:
    return b"event: " + event.encode() + b"\ndata: " + data + b"\n\n"
