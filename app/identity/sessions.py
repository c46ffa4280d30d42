"""Sessions of people in browsers: begun anew at every sign-in, ended by the person, by resting, and in any case.

The cookie holds 256 random bits and the database their hash, so nobody who reads the database can use a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from app.core.ids import public_id, take_id, uuid7
from app.identity.logins import Proof, SealedProof, Side
from app.identity.sign_in_errors import SessionUnknown
from app.identity.sign_in_tables import SignInSession
from app.notify.interface import Channel


@dataclass(frozen=True)
class Lasting:
    """A session ends when nobody has used it for `idle`, and in any case `longest` after signing in."""

    idle: timedelta
    longest: timedelta


LASTS = {
    Side.RESIDENT: Lasting(timedelta(hours=1), timedelta(hours=12)),
    Side.PARTNER: Lasting(timedelta(hours=8), timedelta(hours=12)),
    Side.OFFICER: Lasting(timedelta(minutes=30), timedelta(hours=12)),
}
"""Of NIST SP 800-63B's AAL2 for officers; a till is not signed out in the middle of a working day."""

KEPT = Lasting(timedelta(days=14), timedelta(days=30))
"""A resident's own device, if they ask for it. Spending many points takes a recent sign-in all the same."""

TILL = Lasting(timedelta(days=60), timedelta(days=365))
"""Of a till device: nobody signs in on it, and the partner removes it at any time."""

JOINING = Lasting(timedelta(minutes=30), timedelta(minutes=30))
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: a row is not written by every request."""

_FIND = text("""
    SELECT id, public_id, person, key_hash, channel, address_encrypted, provider, keep, proved_at, ends_at,
           seen_at < :stale_at AS stale
    FROM sign_in_sessions
    WHERE secret_hash = :secret_hash AND ends_at > :now AND seen_at + idle_seconds * interval '1 second' > :now
""")
# Whoever holds the row is another request of the same session, which has just written the same.
_SEE = text(
    "UPDATE sign_in_sessions SET seen_at = :now"
    " WHERE id IN (SELECT id FROM sign_in_sessions WHERE id = :id FOR UPDATE SKIP LOCKED)"
)


@dataclass(frozen=True)
class SessionRead:
    """`person` is a public id, or None for somebody who has yet to join, whose `pending` login is kept meanwhile."""

    uuid: UUID
    person: str | None
    proved_at: datetime
    ends_at: datetime
    keep: bool
    pending: SealedProof | None = None
    provider: str | None = None

    @property
    def public_id(self) -> str:
        return public_id("sis", self.uuid)


@dataclass(frozen=True)
class SessionLine:
    """One of a person's sessions, for them to recognise. `seen_at` is exact to a minute."""

    uuid: UUID
    device: str
    signed_in_at: datetime
    seen_at: datetime

    @property
    def public_id(self) -> str:
        return public_id("sis", self.uuid)


@dataclass(frozen=True)
class Browser:
    """`secret` is what its cookie will hold; `device` how a person would call it, such as Firefox on Windows."""

    secret: str
    device: str
    keep: bool = False


def hash_session_secret(secret: str) -> bytes:
    """SHA-256, which is enough for 256 random bits."""
    return sha256(secret.encode(errors="replace")).digest()


def begin_session(
    session: Session,
    *,
    side: Side,
    person: str | None,
    proof: Proof,
    sealed: SealedProof,
    browser: Browser,
    replaced: bytes | None,
    now: datetime,
    provider: str | None = None,
) -> SessionRead:
    """A new session under a secret that nobody had before; the one that this browser had (`replaced`) ends."""
    if replaced is not None:
        end_session(session, secret_hash=replaced)
    keep = browser.keep and side is Side.RESIDENT
    lasting = JOINING if person is None else KEPT if keep else LASTS[side]
    row = SignInSession(
        id=take_id(session),
        public_id=uuid7(now),
        secret_hash=hash_session_secret(browser.secret),
        person=person,
        key_hash=None if person else sealed.key_hash,
        channel=None if person else sealed.channel,
        address_encrypted=None if person else sealed.address_encrypted,
        provider=provider,
        device=browser.device,
        keep=keep,
        signed_in_at=now,
        proved_at=min(proof.proved_at, now),
        seen_at=now,
        idle_seconds=int(lasting.idle.total_seconds()),
        ends_at=now + lasting.longest,
    )
    session.add(row)
    session.flush()
    return SessionRead(row.public_id, person, row.proved_at, row.ends_at, keep, None if person else sealed, provider)


def begin_till_session(
    session: Session, *, till: str, browser: Browser, replaced: bytes | None, now: datetime
) -> SessionRead:
    """The session of a device that has just been paired (`til_...`); the one that this browser had ends."""
    if replaced is not None:
        end_session(session, secret_hash=replaced)
    row = SignInSession(
        id=take_id(session),
        public_id=uuid7(now),
        secret_hash=hash_session_secret(browser.secret),
        person=till,
        device=browser.device,
        keep=True,
        signed_in_at=now,
        proved_at=now,
        seen_at=now,
        idle_seconds=int(TILL.idle.total_seconds()),
        ends_at=now + TILL.longest,
    )
    session.add(row)
    session.flush()
    return SessionRead(row.public_id, till, row.proved_at, row.ends_at, keep=True)


def find_session(session: Session, *, secret_hash: bytes, now: datetime) -> SessionRead | None:
    """The live session, whose use is noted. Asked for by every request with a cookie, so without the ORM."""
    facts = {"secret_hash": secret_hash, "now": now, "stale_at": now - SEEN_EVERY}
    row = session.execute(_FIND, facts).one_or_none()
    if row is None:
        return None
    if row.stale:
        session.execute(_SEE, {"id": row.id, "now": now})
    pending = _read_pending(row)
    return SessionRead(row.public_id, row.person, row.proved_at, row.ends_at, row.keep, pending, row.provider)


def is_live(session: Session, *, secret_hash: bytes, now: datetime) -> bool:
    """Whether it could still be used; asking is no use of it, so a page that stays open keeps nobody signed in."""
    facts = {"secret_hash": secret_hash, "now": now, "stale_at": now}
    return session.execute(_FIND, facts).first() is not None


def end_session(session: Session, *, secret_hash: bytes) -> None:
    """Sign out in one browser; an unknown one is no error."""
    session.execute(text("DELETE FROM sign_in_sessions WHERE secret_hash = :hash"), {"hash": secret_hash})


def end_one_session(session: Session, *, person: str, public: UUID | None) -> None:
    """Sign out in another browser. Raises SessionUnknown."""
    ended = session.execute(
        text("DELETE FROM sign_in_sessions WHERE public_id = :public AND person = :person"),
        {"public": public, "person": person},
    )
    if not ended.rowcount:  # type: ignore[attr-defined]  # of a cursor
        raise SessionUnknown


def end_sessions(session: Session, *, person: str) -> int:
    """Sign out everywhere; how many sessions that were."""
    ended = session.execute(text("DELETE FROM sign_in_sessions WHERE person = :person"), {"person": person})
    return int(ended.rowcount)  # type: ignore[attr-defined]  # of a cursor


def list_sessions(session: Session, *, person: str, now: datetime) -> tuple[SessionLine, ...]:
    """The person's live sessions, the latest first; 100 at most, so there are no pages."""
    rows = session.exec(
        select(SignInSession)
        .where(SignInSession.person == person, SignInSession.ends_at > now)
        .order_by(col(SignInSession.id).desc())
        .limit(100)
    )
    return tuple(
        SessionLine(row.public_id, row.device, row.signed_in_at, row.seen_at)
        for row in rows
        if row.seen_at + timedelta(seconds=row.idle_seconds) > now
    )


def _read_pending(row: Row[Any]) -> SealedProof | None:
    if row.key_hash is None:
        return None
    return SealedProof(row.key_hash, Channel(row.channel) if row.channel else None, row.address_encrypted)
