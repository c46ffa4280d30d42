"""Requests that may be sent again: under one Idempotency-Key the work is done once and answered alike, refusals too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Conflict, NotFound, Refusal
from app.ledger.errors import CommandRunning, KeyReused
from app.ledger.tables import Command

# The scheme's name is part of what is locked, because advisory locks are the whole database's.
_CLAIM = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended("
    "jsonb_build_array(current_schema(), CAST(:caller AS text), CAST(:key AS text))::text, 0))"
)


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a JSON body, as first given."""

    status: int
    body: dict[str, Any]


def answer_once(
    session: Session,
    *,
    caller: str,
    key: str,
    digest: bytes,
    now: datetime,
    serve: Callable[[], Answer],
    refuse: Callable[[Refusal], Answer],
) -> Answer:
    """Serve a request, or give the answer that it got before. `digest` stands for the whole request.

    A NotFound or Conflict raised by `serve` undoes what it did, and its answer by `refuse` is kept like any other; the
    caller commits it. Other refusals leave through here and keep nothing. Raises CommandRunning while another
    transaction serves the same key, KeyReused when the key came with another digest.
    """
    if not session.execute(_CLAIM, {"caller": caller, "key": key}).scalar_one():
        raise CommandRunning
    known = session.get(Command, (caller, key))
    if known is not None:
        if known.digest != digest:
            raise KeyReused
        return Answer(known.status, known.answer)
    try:
        with session.begin_nested():
            answer = serve()
    except (NotFound, Conflict) as refusal:
        answer = refuse(refusal)
    session.add(
        Command(
            caller=caller,
            key=key,
            digest=digest,
            status=answer.status,
            answer=answer.body,
            answered_at=now,
        )
    )
    session.flush()
    return answer
