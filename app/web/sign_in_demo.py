"""The demonstration's own OpenID Connect provider: no password, invented people only, and only in demo mode.

It answers in this process instead of on a port of its own: to the relying party it is a server like any other, with
discovery, keys, codes and PKCE; a browser sees only the page on which a person is chosen.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from app.core.clock import Clock
from app.core.errors import Misconfigured
from app.core.ids import new_secret
from app.web.sign_in_settings import ProviderSettings

ISSUER = "https://demo-provider.invalid"
"""A name that no real server can have (RFC 2606), so that its word counts nowhere else."""

AUTHORIZE_PATH = "/demo/provider"
CLIENT_ID = "smart-leeds-rewards"
CODE_LASTS = timedelta(seconds=60)
TOKEN_LASTS = timedelta(minutes=5)
MOST_CODES = 1000


@dataclass(frozen=True)
class _Grant:
    subject: str
    nonce: str
    challenge: str
    redirect_uri: str
    granted_at: datetime


class DemoProvider(httpx.BaseTransport):
    """Whoever relies on it reaches it through an httpx client with this transport. Raises Misconfigured elsewhere."""

    def __init__(self, clock: Clock, *, demo: bool) -> None:
        if not demo:
            raise Misconfigured("The demonstration's sign-in provider runs in demo mode only.")
        self._clock = clock
        self._secret = new_secret()
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "demo"})
        self._grants: dict[str, _Grant] = {}
        self._lock = threading.Lock()

    def register(self) -> ProviderSettings:
        """What the relying party has to know."""
        return ProviderSettings(
            issuer=ISSUER, client_id=CLIENT_ID, client_secret=self._secret, title="Demonstration", scope="openid"
        )

    def authorize(self, asked: Mapping[str, str], *, person: str) -> str | None:
        """The query to go back with, as `person`; None for a request that is not the relying party's."""
        sound = asked.get("client_id") == CLIENT_ID and asked.get("code_challenge_method") == "S256"
        if not sound or asked.get("response_type") != "code":
            return None
        code, now = new_secret(), self._clock.now()
        grant = _Grant(
            subject=person,
            nonce=asked.get("nonce", ""),
            challenge=asked.get("code_challenge", ""),
            redirect_uri=asked.get("redirect_uri", ""),
            granted_at=now,
        )
        with self._lock:
            late = [one for one, given in self._grants.items() if given.granted_at + CODE_LASTS <= now]
            for one in late or list(self._grants)[: len(self._grants) - MOST_CODES]:
                del self._grants[one]
            self._grants[code] = grant
        return urlencode({"code": code, "state": asked.get("state", ""), "iss": ISSUER})

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        match request.method, request.url.path:
            case "GET", "/.well-known/openid-configuration":
                return httpx.Response(200, json=_METADATA)
            case "GET", "/keys":
                return httpx.Response(200, json=KeySet([self._key]).as_dict(private=False))
            case "POST", "/token":
                return self._give_token(request)
        return httpx.Response(404)

    def _give_token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.read().decode()).items()}
        wanted = base64.b64encode(f"{CLIENT_ID}:{self._secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {wanted}":
            return httpx.Response(401, json={"error": "invalid_client"})
        with self._lock:
            grant = self._grants.pop(form.get("code", ""), None)
        now = self._clock.now()
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        late = grant is None or grant.granted_at + CODE_LASTS <= now
        if grant is None or late or grant.challenge != challenge or grant.redirect_uri != form.get("redirect_uri"):
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(
            200, json={"access_token": new_secret(), "token_type": "Bearer", "id_token": self._sign(grant, now)}
        )

    def _sign(self, grant: _Grant, now: datetime) -> str:
        issued_at = int(now.timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "sub": grant.subject,
            "aud": CLIENT_ID,
            "iat": issued_at,
            "exp": issued_at + int(TOKEN_LASTS.total_seconds()),
            "auth_time": int(grant.granted_at.timestamp()),
            "nonce": grant.nonce,
        }
        return jwt.encode({"alg": "ES256", "kid": "demo"}, claims, self._key, ["ES256"])


_METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": AUTHORIZE_PATH,
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "response_types_supported": ["code"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["ES256"],
    "code_challenge_methods_supported": ["S256"],
}
