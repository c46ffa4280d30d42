"""Somebody sent to a provider and expected back: once, in the same browser, within ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import text
from sqlmodel import Session

from app.identity.logins import Side
from app.identity.sign_in_errors import SignInFailed
from app.identity.sign_in_tables import SignInTry

TRY_LASTS = timedelta(minutes=10)
SKEW = timedelta(seconds=60)
"""How far a provider's clock may be off."""

_FINISH = text("""
    DELETE FROM sign_in_tries WHERE state_hash = :state_hash
    RETURNING visit_hash, side, provider, nonce, code_verifier, back, again, invitation_hash, begun_at, expires_at
""")


@dataclass(frozen=True)
class Try:
    """`back` is where to go afterwards; `again` asks for a fresh proof of somebody who is signed in already."""

    side: Side
    provider: str
    nonce: str
    code_verifier: str
    back: str
    again: bool
    invitation_hash: bytes | None
    begun_at: datetime


def begin_try(session: Session, *, state: str, visit_hash: bytes, begun: Try) -> None:
    """Remember the try under a hash of its state."""
    session.add(
        SignInTry(
            state_hash=_hash(state),
            visit_hash=visit_hash,
            side=begun.side,
            provider=begun.provider,
            nonce=begun.nonce,
            code_verifier=begun.code_verifier,
            back=begun.back,
            again=begun.again,
            invitation_hash=begun.invitation_hash,
            begun_at=begun.begun_at,
            expires_at=begun.begun_at + TRY_LASTS,
        )
    )
    session.flush()


def finish_try(session: Session, *, state: str, visit_hash: bytes, now: datetime) -> Try | None:
    """The try, which is over with this: whoever comes back a second time, or from another browser, gets None."""
    row = session.execute(_FINISH, {"state_hash": _hash(state)}).one_or_none()
    if row is None or row.visit_hash != visit_hash or row.expires_at <= now:
        return None
    return Try(
        Side(row.side),
        row.provider,
        row.nonce,
        row.code_verifier,
        row.back,
        row.again,
        row.invitation_hash,
        row.begun_at,
    )


def check_fresh(begun: Try, *, proved_at: datetime | None) -> None:
    """Somebody asked to prove themselves again must have done so since. Raises SignInFailed."""
    if begun.again and (proved_at is None or proved_at < begun.begun_at - SKEW):
        raise SignInFailed("not-fresh")


def _hash(state: str) -> bytes:
    return sha256(state.encode(errors="replace")).digest()
