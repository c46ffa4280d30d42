"""Sign-in of machines, by OAuth 2.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.identity.machine_sign_in import TokenRequest, issue_token
from app.web.api.answers import Shape, declines, takes
from app.web.bodies import media_type, refuse_encoded
from app.web.callers import Anybody
from app.web.sent import Body, Sent

router = APIRouter(tags=["sign-in"])

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
NO_FORM = f"Send a form, with the header Content-Type: {FORM} and grant_type=client_credentials."
NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_FORM_SCHEMA = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "scope": {"type": "string", "description": "Some of the client's scopes, with spaces between; all if left out"},
        "client_id": {"type": "string", "description": "Instead of HTTP Basic"},
        "client_secret": {"type": "string", "format": "password", "description": "Instead of HTTP Basic"},
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


@router.post(
    "/oauth/token",
    response_model=TokenShape,
    responses=declines(413, 415)
    | {
        400: {"model": OAuthErrorShape, "description": "The request is wrong, or asks for a scope that is not yours."},
        401: {"model": OAuthErrorShape, "description": "The client id or the secret is wrong."},
    },
    openapi_extra=takes((FORM, _FORM_SCHEMA)),
)
def give_token(call: Anybody, body: Body) -> Response:
    """A token for a machine, by client credentials (HTTP Basic, or id and secret in the form)."""
    if media_type(body.content_type) != FORM:
        return JSONResponse({"error": "invalid_request", "error_description": NO_FORM}, 400, NOT_KEPT)
    request = _read_request(body)
    answer = call.run(lambda session: issue_token(session, request=request, issuer=call.runtime.issuer, now=call.now))
    return JSONResponse(answer.body, answer.status, dict(answer.headers))


@router.get("/.well-known/jwks.json", responses=declines())
def show_keys(call: Anybody) -> KeysShape:
    """The public key that our tokens are signed with."""
    return KeysShape.model_validate(call.runtime.issuer.publish_keys())


def _read_request(sent: Sent) -> TokenRequest:
    """The form's fields; of a form that can't be read, none, so that the sign-in says what is missing."""
    refuse_encoded(sent.headers)
    try:
        fields = parse_qsl(sent.body.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:  # not ASCII, not UTF-8 inside, or too many
        fields = []
    return TokenRequest(tuple(fields), sent.headers.get("authorization"))
