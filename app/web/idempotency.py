"""Commands under an Idempotency-Key: kept, and answered, in the same transaction as what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from app.core.errors import Refusal
from app.identity.tokens import Claims
from app.ledger.commands import Answer, answer_once
from app.web.callers import Call
from app.web.problems import Problem
from app.web.sent import Sent

P = TypeVar("P")


def run_once(
    call: Call,
    resolve: Callable[[Session, Claims], P],
    serve: Callable[[Session, P], Answer],
    *,
    key: str | None,
    sent: Sent,
) -> Answer:
    """Find the caller and serve, or give the answer that this caller's key got before. Without a key: just serve."""

    def once(session: Session) -> Answer:
        claims = call.find_claims(session)
        who = resolve(session, claims)
        if key is None:
            return serve(session, who)
        return answer_once(
            session,
            caller=claims.subject,
            key=key,
            digest=_digest(sent),
            now=call.now,
            serve=lambda: serve(session, who),
            refuse=_keep_refusal,
        )

    return call.runtime.database.in_transaction(once)


def _digest(sent: Sent) -> bytes:
    """Of the path and the body's bytes: the same key with anything else is another request."""
    return hashlib.sha256(sent.path.encode() + b"\0" + sent.body).digest()


def _keep_refusal(refusal: Refusal) -> Answer:
    problem = Problem.of(refusal)
    return Answer(problem.status, problem.to_data())
