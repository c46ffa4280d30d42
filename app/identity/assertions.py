"""Sign-in by `private_key_jwt`: a short JWT that the machine signed with a key that only it has (RFC 7523).

Authlib takes the assertion out of the form and finds the client. What is checked here is stricter than the standard
asks: one audience, five minutes at most, and each assertion once, ever.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from authlib.oauth2.rfc6749 import OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.errors import InvalidClientError  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion  # type: ignore[import-untyped]
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet
from sqlalchemy import text
from sqlmodel import Session

from app.identity.machine_keys import ALGORITHMS, list_client_keys

LONGEST_LIFE = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
"""How far a machine's clock may be off."""

LONGEST_ASSERTION = 8192
LONGEST_JTI = 256
# Nobody holds the private half: against it an unknown client takes as long to fail as a known one.
_NOBODYS_KEY = ECKey.generate_key("P-256", private=False)
_SPEND = text(
    "INSERT INTO spent_assertions (client_id, jti_hash, expires_at) VALUES (:client_id, :jti_hash, :expires_at)"
    " ON CONFLICT DO NOTHING"
)


NOBODY = -1
"""The number of a client that is not there."""


class Signer(Protocol):
    """A client as far as its assertion is concerned: its public id, and its number in the database, or NOBODY."""

    client_id: str
    number: int


class SignedAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib is untyped
    """The way in for Authlib; every failure is InvalidClientError, and what it says is not passed on."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, session: Session, audiences: frozenset[str], now: datetime) -> None:
        super().__init__()
        self._session, self._audiences, self._now = session, audiences, now

    def __call__(self, query_client: Callable[[str], Signer], request: OAuth2Request) -> Signer | None:
        assertion = request.form.get("client_assertion") or ""
        if len(assertion) > LONGEST_ASSERTION or not assertion.isascii():
            raise InvalidClientError
        found: Signer | None = super().__call__(query_client, request)
        return found

    def resolve_client_public_key(self, client: Signer) -> KeySet:
        """Authlib wants one before it has anything proved; which key counts is decided by `_find_keys`."""
        self._client = client
        return KeySet([_NOBODYS_KEY])

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:  # noqa: ARG002 - Authlib's signature
        """Raises InvalidClientError unless one of the client's keys signed it, it is for us, now, and is new."""
        claims = _prove(assertion, self._find_keys(assertion))
        self.verify_claims(claims)
        return claims

    def verify_claims(self, claims: dict[str, Any]) -> None:
        own, audience, jti = self._client.client_id, claims.get("aud"), claims.get("jti")
        one_audience = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
        now, skew = self._now.timestamp(), SKEW.total_seconds()
        begins_at, ends_at = (_read_instant(claims, name, now) for name in ("nbf", "exp"))
        sound = (
            claims.get("iss") == claims.get("sub") == own
            and isinstance(one_audience, str)
            and one_audience in self._audiences
            and "exp" in claims
            # Written so that what is no number at all (NaN) fails, too.
            and now - skew < ends_at <= now + LONGEST_LIFE.total_seconds() + skew
            and begins_at <= now + skew
            and _read_instant(claims, "iat", now) <= now + skew
            and isinstance(jti, str)
            and 0 < len(jti) <= LONGEST_JTI
        )
        if not sound or not self._spend(str(jti), datetime.fromtimestamp(ends_at, UTC) + SKEW):
            raise InvalidClientError

    def _find_keys(self, assertion: str) -> list[Key]:
        """Those that the header's `kid` names, or all without one; of a stranger one that fits nothing."""
        kid = jws.extract_compact(assertion.encode()).headers().get("kid")
        keys = list_client_keys(self._session, client_id=self._client.number)
        named = list(keys.values()) if kid is None else [key for name, key in keys.items() if name == kid]
        return named or [_NOBODYS_KEY]

    def _spend(self, jti: str, until: datetime) -> bool:
        """Whether this is the first time. Two at once wait for one another at the table's key."""
        facts = {
            "client_id": self._client.number,
            "jti_hash": hashlib.sha256(jti.encode(errors="surrogatepass")).digest(),
            "expires_at": until,
        }
        return bool(self._session.execute(_SPEND, facts).rowcount)  # type: ignore[attr-defined]  # of a cursor


def read_claimed_subject(assertion: str) -> str:
    """The `sub` of an assertion that nothing has proved yet; empty where there is none to read."""
    if len(assertion) > LONGEST_ASSERTION:
        return ""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
        return str(claims["sub"])
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return ""


def _prove(assertion: str, keys: list[Key]) -> dict[str, Any]:
    for key in keys:
        try:
            return dict(jwt.decode(assertion, key, list(ALGORITHMS)).claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
    raise InvalidClientError


def _read_instant(claims: dict[str, Any], name: str, missing: float) -> float:
    """Seconds since 1970; NaN, which is neither before nor after anything, for what is no number."""
    value = claims.get(name, missing)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
