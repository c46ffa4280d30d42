"""Machines get tokens (client credentials, RFC 6749, section 4.4) and give them back (RFC 7009), by Authlib's core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.errors import (  # type: ignore[import-untyped]
    InvalidClientError,
    InvalidScopeError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.util import extract_basic_authorization  # type: ignore[import-untyped]
from sqlmodel import Session

from app.identity.assertions import NOBODY, SignedAssertion, read_claimed_subject
from app.identity.endpoints import GRANT_TYPE, WAYS_IN, Endpoints
from app.identity.queries import Client, find_client, find_client_by_secret
from app.identity.revocation import RevokedByClient
from app.identity.tills import note_till_sign_in
from app.identity.tokens import MACHINE_TOKEN_SECONDS, TokenIssuer


@dataclass(frozen=True)
class TokenRequest:
    """What came: the form's fields in order (a name may repeat) and the Authorization header, if any."""

    fields: tuple[tuple[str, str], ...]
    authorization: str | None

    @property
    def claimed_id(self) -> str:
        """The client that somebody says to be, before anything is proved: what failures are counted by."""
        form = dict(self.fields)
        try:
            by_basic = extract_basic_authorization({"Authorization": self.authorization})[0]
        except ValueError:  # not UTF-8 inside
            return ""
        return by_basic or form.get("client_id") or read_claimed_subject(form.get("client_assertion", ""))


@dataclass(frozen=True)
class TokenAnswer:
    """What goes back, in OAuth's own form: errors here are not problems (RFC 6749, section 5.2)."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...]


def issue_token(
    session: Session, *, request: TokenRequest, issuer: TokenIssuer, endpoints: Endpoints, now: datetime
) -> TokenAnswer:
    """A token for a machine, or OAuth's error. Nothing of what came is repeated in the answer."""
    answer: TokenAnswer = _Server(session, issuer, endpoints, now).create_token_response(request)
    return answer


def take_back_token(
    session: Session, *, request: TokenRequest, issuer: TokenIssuer, endpoints: Endpoints, now: datetime
) -> TokenAnswer:
    """Revoke the machine's own access token, or OAuth's error. A token that is none any more needs nothing done."""
    server = _Server(session, issuer, endpoints, now)
    answer: TokenAnswer = server.create_endpoint_response(RevokedByClient.ENDPOINT_NAME, request)
    return answer


class _Machine:
    """A client as Authlib asks about one; one that nobody knows is asked the same, and fails as late as any other."""

    def __init__(self, session: Session, client_id: str, now: datetime) -> None:
        self._session, self._now = session, now
        self.client_id = client_id
        self._client = find_client(session, client_id=client_id)
        self.number = self._client.id if self._client else NOBODY

    @property
    def client(self) -> Client:
        assert self._client is not None, "nobody proves to be a client that is not there"
        return self._client

    def check_client_secret(self, secret: str) -> bool:
        found = find_client_by_secret(self._session, client_id=self.client_id, secret=secret, now=self._now)
        return found is not None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return self._client is not None and endpoint in {"token", RevokedByClient.ENDPOINT_NAME} and method in WAYS_IN

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT_TYPE


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    TOKEN_ENDPOINT_AUTH_METHODS = WAYS_IN

    def validate_requested_scope(self) -> None:
        """Some of the client's own scopes may be asked for; without asking it gets them all."""
        wanted = frozenset((self.request.payload.scope or "").split())
        held = self.request.client.client.scopes
        if not wanted <= held:
            raise InvalidScopeError("Ask only for scopes that your client has.")


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self, session: Session, issuer: TokenIssuer, endpoints: Endpoints, now: datetime) -> None:
        super().__init__()
        self._session, self._issuer, self._now = session, issuer, now
        assertion = SignedAssertion(session, endpoints.audiences, now)
        self.register_client_auth_method(SignedAssertion.CLIENT_AUTH_METHOD, assertion)
        self.register_endpoint(RevokedByClient(self, session, issuer, now))
        self.register_token_generator("default", self._mint)

    def authenticate_client(self, request: OAuth2Request, methods: Sequence[str], endpoint: str = "token") -> _Machine:
        """Authlib's check, with one sentence for every failure, so that it does not tell which ids exist."""
        # RFC 6749, section 2.3: a client uses one way to prove itself, never several at once.
        one_way = methods if _count_ways_in(request) == 1 else ()
        try:
            machine: _Machine = super().authenticate_client(request, one_way, endpoint)
        except (InvalidClientError, ValueError, RecursionError):  # ValueError: what can't be decoded
            raise InvalidClientError(
                "Send a known client id with its secret, by HTTP Basic or in the form, or an assertion that your "
                "client signed for this server and has not used before.",
                status_code=401,
            ) from None
        return machine

    def query_client(self, client_id: str) -> _Machine:
        return _Machine(self._session, client_id.replace("\0", "?"), self._now)  # no text in PostgreSQL holds a NUL

    def create_oauth2_request(self, request: TokenRequest) -> OAuth2Request:
        form = dict(request.fields)
        headers = {"Authorization": request.authorization} if request.authorization else {}
        # TLS ends at the council's proxy, so the address given here is what the client used and not what we see.
        asked = _Request("POST", "https://rewards.invalid/oauth/token", headers=headers)
        asked.payload = BasicOAuth2Payload(form)
        asked.repeats = len(form) != len(request.fields)
        return asked

    def get_token_grant(self, request: OAuth2Request) -> ClientCredentialsGrant:
        if request.repeats:
            raise _Unusable("Send each parameter once.")
        if request.payload.grant_type is None:
            raise _Unusable("Send grant_type=client_credentials.")
        if request.payload.grant_type != GRANT_TYPE:
            raise _UnsupportedGrantType
        return _ClientCredentials(request, self)

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> TokenAnswer:
        return TokenAnswer(status, body, tuple(headers))

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:  # noqa: ARG002 - Authlib's signature
        """A token proves itself, so it is not kept; of a till, its partner wants to know when it was last there."""
        note_till_sign_in(self._session, client_id=request.client.client_id, now=self._now)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def _mint(self, *, client: _Machine, scope: str | None, **_: object) -> dict[str, Any]:
        granted = " ".join(sorted((scope or "").split() or client.client.scopes))
        own = client.client.client_id
        lasts = timedelta(seconds=MACHINE_TOKEN_SECONDS)
        return {
            "access_token": self._issuer.mint(own, granted, own, lasts, self._now),
            "token_type": "Bearer",
            "expires_in": MACHINE_TOKEN_SECONDS,
            "scope": granted,
        }


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    repeats = False

    @property
    def form(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data


def _count_ways_in(request: OAuth2Request) -> int:
    given = (request.headers.get("Authorization"), *map(request.form.get, ("client_secret", "client_assertion")))
    return sum(one is not None for one in given)


class _UnsupportedGrantType(UnsupportedGrantTypeError):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self) -> None:
        super().__init__(None)
        self.description = "The only grant type here is client_credentials."


class _Unusable(UnsupportedGrantTypeError):  # type: ignore[misc]  # Authlib is untyped
    """An invalid_request, of the one class that Authlib answers while it looks for the grant."""

    error = "invalid_request"

    def __init__(self, advice: str) -> None:
        super().__init__(None)
        self.description = advice
