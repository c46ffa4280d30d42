"""Sign-in of machines, by OAuth 2.0."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter
from limits import RateLimitItemPerMinute
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.identity.endpoints import GRANT_TYPE, KEYS_PATH, METADATA_PATH, REVOCATION_PATH, TOKEN_PATH, Endpoints
from app.identity.machine_sign_in import TokenAnswer, TokenRequest, issue_token, take_back_token
from app.identity.tokens import TokenIssuer
from app.web.api.answers import Shape, declines, takes
from app.web.bodies import media_type, refuse_encoded
from app.web.callers import Anybody, OpenCall
from app.web.rates import Policy
from app.web.sent import Body, Sent

router = APIRouter(tags=["sign-in"])
_log = structlog.get_logger("app.web.api.oauth")

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
NO_FORM = f"Send a form, with the header Content-Type: {FORM}."
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
WRONG_SECRETS = Policy("client-secrets", RateLimitItemPerMinute(20, 10))
"""20 in 10 minutes per client id and address, so that nobody can lock out a client from elsewhere."""

WRONG_SIGN_INS = Policy("sign-ins", RateLimitItemPerMinute(300, 10))
"""300 in 10 minutes per address, whatever ids they name."""

TOKENS = Policy("tokens", RateLimitItemPerMinute(600, 1))
"""600 a minute per address and client: a token lasts an hour, so nobody needs them."""

_CLIENT_FIELDS = {
    "client_id": {"type": "string", "description": "Instead of HTTP Basic"},
    "client_secret": {"type": "string", "format": "password", "description": "Instead of HTTP Basic"},
    "client_assertion_type": {"const": ASSERTION_TYPE},
    "client_assertion": {
        "type": "string",
        "format": "password",
        "description": "Instead of a secret: a JWT that the client signed (private_key_jwt)",
    },
}
_FORM_SCHEMA = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": GRANT_TYPE},
        "scope": {"type": "string", "description": "Some of the client's scopes, with spaces between; all if left out"},
        **_CLIENT_FIELDS,
    },
}
_REVOCATION_SCHEMA = {
    "type": "object",
    "required": ["token"],
    "properties": {
        "token": {"type": "string", "format": "password", "description": "The access token to take back"},
        "token_type_hint": {"type": "string"},
        **_CLIENT_FIELDS,
    },
}


class TokenShape(Shape):
    """A token for the header Authorization: Bearer TOKEN, and for how many seconds it is good."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class OAuthErrorShape(Shape):
    """OAuth's own form of an error (RFC 6749, section 5.2)."""

    error: str
    error_description: str | None = None


class KeysShape(Shape):
    """A JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]


class NothingShape(Shape):
    """Done."""


class MetadataShape(Shape):
    """RFC 8414."""

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    service_documentation: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]


_DECLINES = declines(413, 415, 429) | {
    400: {"model": OAuthErrorShape, "description": "The request is wrong, or asks for what is not yours."},
    401: {"model": OAuthErrorShape, "description": "The client is not known, or did not prove that it is."},
}


@router.post(
    TOKEN_PATH,
    response_model=TokenShape,
    responses=_DECLINES,
    openapi_extra=takes((FORM, _FORM_SCHEMA)),
)
def give_token(call: Anybody, body: Body) -> Response:
    """A token for a machine, by client credentials: HTTP Basic, id and secret in the form, or a signed assertion."""
    return _answer(call, body, issue_token)


@router.post(
    REVOCATION_PATH,
    response_model=NothingShape,
    responses=_DECLINES,
    openapi_extra=takes((FORM, _REVOCATION_SCHEMA)),
)
def revoke(call: Anybody, body: Body) -> Response:
    """Take back an access token of the machine's own, at once (RFC 7009). A token that has ended is no error."""
    return _answer(call, body, take_back_token)


@router.get(KEYS_PATH, responses=declines())
def show_keys(call: Anybody) -> KeysShape:
    """The public keys that our tokens are signed with, the one in use first."""
    return KeysShape.model_validate(call.runtime.issuer.publish_keys(call.now))


@router.get(METADATA_PATH, responses=declines())
def show_metadata(call: Anybody) -> MetadataShape:
    """What this authorization server can do, and where (RFC 8414)."""
    return MetadataShape.model_validate(Endpoints(call.runtime.settings.public_url).describe())


class _Serve(Protocol):
    def __call__(
        self, session: Session, *, request: TokenRequest, issuer: TokenIssuer, endpoints: Endpoints, now: datetime
    ) -> TokenAnswer: ...


def _answer(call: OpenCall, body: Sent, serve: _Serve) -> Response:
    """In OAuth's form; refused before the database while whoever asks has failed too often, or asks too much."""
    if media_type(body.content_type) != FORM:
        return JSONResponse({"error": "invalid_request", "error_description": NO_FORM}, 400, NOT_KEPT)
    request = _read_request(body)
    limiter, asked_as = call.runtime.limiter, (call.address, request.claimed_id)
    limiter.refuse_full(WRONG_SIGN_INS, call.address)
    limiter.refuse_full(WRONG_SECRETS, asked_as)
    limiter.take(TOKENS, asked_as)
    endpoints = Endpoints(call.runtime.settings.public_url)
    answer = call.run(
        lambda session: serve(session, request=request, issuer=call.runtime.issuer, endpoints=endpoints, now=call.now)
    )
    if answer.body.get("error") == "invalid_client":
        _log.warning("sign-in of a machine refused")
        limiter.count(WRONG_SIGN_INS, call.address)
        limiter.count(WRONG_SECRETS, asked_as)
    return JSONResponse(answer.body, answer.status, NOT_KEPT | dict(answer.headers))


def _read_request(sent: Sent) -> TokenRequest:
    """The form's fields; of a form that can't be read, none, so that the sign-in says what is missing."""
    refuse_encoded(sent.headers)
    try:
        fields = parse_qsl(sent.body.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:  # not ASCII, not UTF-8 inside, or too many
        fields = []
    return TokenRequest(tuple(fields), sent.headers.get("authorization"))
