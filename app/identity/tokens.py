"""Access tokens: JWTs of the profile at+jwt (RFC 9068), signed with ES256 by the deployment's own key.

What another key of ours has signed, one that was replaced or is about to be used, is good until that key's time ends.

Issuer and audience name the scheme and not an address, so a token stays good when the server moves to another port
or host, and a token of one scheme is refused by another that shares the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from app.core.ids import uuid7
from app.core.secret_store import Secrets
from app.identity.errors import InvalidToken, TokenExpired

ALGORITHM = "ES256"
TYPE = "at+jwt"
MACHINE_TOKEN_SECONDS = 3600
REMEMBERED_TOKENS = 4096
_NEVER = datetime.max.replace(tzinfo=UTC)
LONGEST_TOKEN = 4096
"""Characters; ours have some 500, and nobody needs the work of checking a longer one."""


@dataclass(frozen=True)
class Claims:
    """What a token that was checked says, or a person's session. `id` names the token (jti) or session itself.

    `proved_at` is when the person of a session last proved who they are; None for a token.
    """

    subject: str
    client_id: str
    scopes: frozenset[str]
    id: str
    expires_at: datetime
    proved_at: datetime | None = None


def name_issuer(scheme: str) -> str:
    """The issuer, and audience, of a scheme's tokens."""
    return f"urn:smart-leeds-rewards:{scheme}"


class TokenIssuer:
    """Mints tokens and reads them back."""

    def __init__(self, secrets: Secrets, issuer: str) -> None:
        self.issuer = issuer
        self._key = _name_key(ECKey.import_key(secrets.signing_key_pem))
        others = [(_name_key(ECKey.import_key({**key.to_jwk()})), key.ends_at) for key in secrets.verifying_keys]
        self._keys = {key.kid: (key, ends_at) for key, ends_at in others} | {self._key.kid: (self._key, _NEVER)}
        self._rules = jwt.BaseClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": issuer},
            sub={"essential": True},
            client_id={"essential": True},
            scope={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
        )
        # A machine sends one token with every request, and checking a signature costs more than the rest of the door.
        self._prove_once = lru_cache(maxsize=REMEMBERED_TOKENS)(self._prove)

    @property
    def kid(self) -> str:
        """The id of the key that signs: its thumbprint (RFC 7638)."""
        return str(self._key.kid)

    def mint(self, subject: str, scope: str, client_id: str, expires_in: timedelta, now: datetime) -> str:
        """A signed token for `subject`: a client's id, or the public id of a person."""
        issued_at = int(now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": subject,
            "client_id": client_id,
            "scope": scope,
            "iat": issued_at,
            "exp": issued_at + int(expires_in.total_seconds()),
            "jti": uuid7(now).hex,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": self._key.kid}, claims, self._key, [ALGORITHM])

    def read(self, token: str, now: datetime) -> Claims:
        """What the token says, or InvalidToken, or TokenExpired."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise InvalidToken
        claims, key_ends_at = self._prove_once(token)
        if claims.expires_at <= now:
            raise TokenExpired
        if key_ends_at <= now:
            raise InvalidToken
        return claims

    def _prove(self, token: str) -> tuple[Claims, datetime]:
        """Everything about a token that does not change with time, and when its key ends; raises InvalidToken."""
        try:
            proved = jwt.decode(token, lambda asked: self._find_key(asked.headers())[0], [ALGORITHM])
            self._rules.validate(proved.claims)
        except (JoseError, ValueError, RecursionError):  # no cause: it may repeat what was sent
            raise InvalidToken from None
        if proved.header.get("typ") not in {TYPE, f"application/{TYPE}"}:
            raise InvalidToken
        return _claims(proved.claims), self._find_key(proved.header)[1]

    def _find_key(self, header: Mapping[str, Any]) -> tuple[ECKey, datetime]:
        """That of the header's `kid`; ours where it names none that we know, and then nothing is proved by it."""
        return self._keys.get(str(header.get("kid")), (self._key, _NEVER))

    def publish_keys(self, now: datetime) -> dict[str, Any]:
        """The public keys as a JWK set (RFC 7517), for others who check our tokens: the one that signs comes first."""
        good = [self._key, *(key for key, ends_at in self._keys.values() if key is not self._key and now < ends_at)]
        published = KeySet([*good]).as_dict(private=False)
        return {"keys": [dict(key) for key in published["keys"]]}


def _name_key(key: ECKey) -> ECKey:
    return ECKey.import_key(
        key.as_dict(private=key.is_private), {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
    )


def _claims(claims: dict[str, Any]) -> Claims:
    return Claims(
        subject=str(claims["sub"]),
        client_id=str(claims["client_id"]),
        scopes=frozenset(str(claims["scope"]).split()),
        id=str(claims["jti"]),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )
