"""A machine's secret replaced without a gap, and a machine switched off."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from app.audit import Actor
from app.identity.errors import RegistrationInvalid
from app.identity.machine_errors import LastWayIn
from app.identity.machine_keys import lock_client, record_change
from app.identity.machine_tables import ClientKey
from app.identity.queries import hash_client_secret
from app.identity.service import MINIMUM_SECRET

LONGEST_OVERLAP = timedelta(days=30)


def rotate_client_secret(
    session: Session, *, client_id: str, secret: str, overlap: timedelta, actor: Actor, now: datetime
) -> datetime | None:
    """Give the client `secret`; the one before works on for `overlap`, at most 30 days. When that one ends.

    Zero ends it at once, as after a leak, with any still older one. Raises ClientUnknown or RegistrationInvalid.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise RegistrationInvalid("overlap", f"The old secret may work on for 0 to {LONGEST_OVERLAP.days} days.")
    if len(secret) < MINIMUM_SECRET:
        raise RegistrationInvalid("secret", f"A client secret has at least {MINIMUM_SECRET} random characters.")
    client = lock_client(session, client_id=client_id)
    lives_on = bool(overlap) and client.secret_hash is not None
    client.old_secret_hash = client.secret_hash if lives_on else None
    client.old_secret_ends_at = now + overlap if lives_on else None
    client.secret_hash = hash_client_secret(secret)
    session.flush()
    record_change(session, client_id=client_id, what="secret rotated", actor=actor, now=now)
    return client.old_secret_ends_at


def drop_client_secret(session: Session, *, client_id: str, actor: Actor, now: datetime) -> None:
    """From now on the client signs in by its keys alone. Raises ClientUnknown, or LastWayIn when it has none."""
    client = lock_client(session, client_id=client_id)
    if session.exec(select(ClientKey.kid).where(ClientKey.client_id == client.id).limit(1)).first() is None:
        raise LastWayIn
    client.secret_hash = client.old_secret_hash = client.old_secret_ends_at = None
    session.flush()
    record_change(session, client_id=client_id, what="secret dropped", actor=actor, now=now)


def switch_off_client(session: Session, *, client_id: str, actor: Actor, now: datetime) -> None:
    """The client and every token it holds are refused from the next request on. Raises ClientUnknown."""
    lock_client(session, client_id=client_id).active = False
    session.flush()
    record_change(session, client_id=client_id, what="switched off", actor=actor, now=now)
