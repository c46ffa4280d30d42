"""Access tokens taken back before their time (RFC 7009), and refused from the next request on."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.errors import InvalidRequestError  # type: ignore[import-untyped]
from authlib.oauth2.rfc7009 import RevocationEndpoint  # type: ignore[import-untyped]
from sqlalchemy import text
from sqlmodel import Session

from app.audit import Actor, record_act
from app.identity.endpoints import WAYS_IN
from app.identity.errors import InvalidToken
from app.identity.tokens import Claims, TokenIssuer

_REVOKE = text(
    "INSERT INTO revoked_tokens (token_id, expires_at) VALUES (:token_id, :expires_at) ON CONFLICT DO NOTHING"
)


def revoke_token(session: Session, *, claims: Claims, actor: Actor, now: datetime) -> None:
    """Refuse this token from now on. Again changes nothing."""
    done = session.execute(_REVOKE, {"token_id": UUID(claims.id), "expires_at": claims.expires_at})
    if done.rowcount:  # type: ignore[attr-defined]  # of a cursor
        record_act(session, actor=actor, act="client.revoked", subject=f"client:{claims.client_id}", now=now)


class RevokedByClient(RevocationEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """Authlib's endpoint over our tokens. A client can take back its own only."""

    CLIENT_AUTH_METHODS = WAYS_IN

    def __init__(self, server: AuthorizationServer, session: Session, issuer: TokenIssuer, now: datetime) -> None:
        super().__init__(server)
        self._session, self._issuer, self._now = session, issuer, now

    def check_params(self, request: OAuth2Request, client: object) -> None:  # noqa: ARG002 - Authlib's signature
        """A hint is no more than that: one that we don't know is ignored, as section 2.1 says."""
        if request.repeats:
            raise InvalidRequestError("Send each parameter once.")
        if not request.form.get("token"):
            raise InvalidRequestError("Send the token to take back as the parameter token.")

    def query_token(self, written: str, hint: str | None) -> _Token | None:  # noqa: ARG002 - Authlib's signature
        try:
            return _Token(self._issuer.read(written, self._now))
        except InvalidToken:  # it has ended, or never was one: nothing is left to take back
            return None

    def revoke_token(self, token: _Token, request: OAuth2Request) -> None:
        actor = Actor("machine", request.client.number)
        revoke_token(self._session, claims=token.claims, actor=actor, now=self._now)


class _Token:
    def __init__(self, claims: Claims) -> None:
        self.claims = claims

    def check_client(self, client: Any) -> bool:  # noqa: ANN401 - Authlib's machine
        """Both: a person's token names a client, too, and is not that client's to take back."""
        return bool(self.claims.client_id == self.claims.subject == client.client_id)
