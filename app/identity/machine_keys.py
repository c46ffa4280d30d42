"""Public keys of machines that sign in by `private_key_jwt` (RFC 7523, OpenID Connect Core 1.0, section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key
from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.identity.machine_errors import (
    ClientKeyTaken,
    ClientKeyUnknown,
    ClientKeyUnusable,
    ClientUnknown,
    LastWayIn,
    TooManyClientKeys,
)
from app.identity.machine_tables import ClientKey
from app.identity.tables import OAuthClient

ALGORITHMS = ("ES256", "PS256", "RS256", "Ed25519")
"""What an assertion may be signed with. No shared secret (HS256) and no `none`: only what we can't sign ourselves."""

MOST_KEYS = 5
SMALLEST_RSA_BITS = 2048
LARGEST_RSA_BITS = 8192
LONGEST_KID = 200
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


def add_client_key(session: Session, *, client_id: str, jwk: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """Register a public JWK and give its `kid`: its own, else its thumbprint (RFC 7638).

    Raises ClientUnknown, ClientKeyUnusable, ClientKeyTaken or TooManyClientKeys.
    """
    key = read_public_key(jwk)
    kid = jwk.get("kid") or key.thumbprint()
    if not isinstance(kid, str) or len(kid) > LONGEST_KID or not kid.isprintable():
        raise ClientKeyUnusable(f"its kid must be text of at most {LONGEST_KID} characters")
    client = lock_client(session, client_id=client_id)
    kept = session.exec(select(ClientKey.kid).where(ClientKey.client_id == client.id)).all()
    if kid in kept:
        raise ClientKeyTaken
    if len(kept) >= MOST_KEYS:
        raise TooManyClientKeys(MOST_KEYS)
    session.add(ClientKey(client_id=client.id, kid=kid, jwk=dict(key.as_dict(private=False)), added_at=now))
    session.flush()
    record_change(session, client_id=client_id, what="key added", actor=actor, now=now)
    return kid


def remove_client_key(session: Session, *, client_id: str, kid: str, actor: Actor, now: datetime) -> None:
    """From now on nothing that this key signed is accepted. Raises ClientUnknown, ClientKeyUnknown or LastWayIn."""
    client = lock_client(session, client_id=client_id)
    kept = {key.kid: key for key in session.exec(select(ClientKey).where(ClientKey.client_id == client.id))}
    if kid not in kept:
        raise ClientKeyUnknown
    if len(kept) == 1 and client.secret_hash is None:
        raise LastWayIn
    session.delete(kept[kid])
    session.flush()
    record_change(session, client_id=client_id, what="key removed", actor=actor, now=now)


def record_change(session: Session, *, client_id: str, what: str, actor: Actor, now: datetime) -> None:
    """Into the audit trail, without the key or secret that it was about."""
    facts = {"what": what}
    record_act(session, actor=actor, act="client.changed", subject=f"client:{client_id}", facts=facts, now=now)


def list_client_keys(session: Session, *, client_id: int) -> dict[str, Key]:
    """The keys of the client with this number, by `kid`; five at most, so there are no pages."""
    rows = session.exec(select(ClientKey).where(ClientKey.client_id == client_id).order_by(col(ClientKey.kid)))
    return {row.kid: import_key(row.jwk) for row in rows}


def lock_client(session: Session, *, client_id: str) -> OAuthClient:
    """The active client, held until the transaction ends, so that two changes of its ways in can't cross."""
    wanted = select(OAuthClient).where(OAuthClient.client_id == client_id, col(OAuthClient.active))
    client = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if client is None:
        raise ClientUnknown
    return client


def read_public_key(jwk: Mapping[str, Any]) -> Key:
    """Raises ClientKeyUnusable, also for a key that holds its private part: that one is known to others now."""
    if not _PRIVATE.isdisjoint(jwk):
        raise ClientKeyUnusable("it holds the private part. Never send that; make a new pair and send the public part")
    try:
        key = import_key({name: value for name, value in jwk.items() if name in {"kty", "crv", "x", "y", "n", "e"}})
        check_strength(key)
    except (JoseError, ValueError, TypeError, KeyError):  # no cause: it may repeat what was sent
        raise ClientKeyUnusable("send a public key as a JWK with kty EC, RSA or OKP") from None
    return key


def check_strength(key: Key) -> None:
    """Raises ClientKeyUnusable for a kind or size of key that none of ALGORITHMS uses."""
    match key:
        case ECKey() if key.curve_name == "P-256":
            return
        case OKPKey() if key.curve_name == "Ed25519":
            return
        case RSAKey() if SMALLEST_RSA_BITS <= key.raw_value.key_size <= LARGEST_RSA_BITS:
            return
    raise ClientKeyUnusable(
        f"use EC with P-256, OKP with Ed25519, or RSA with {SMALLEST_RSA_BITS} to {LARGEST_RSA_BITS} bits"
    )
