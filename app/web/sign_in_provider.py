"""One OpenID Connect provider, as the party that relies on it sees it: Authlib asks, and every answer is proved here.

Authorization code with PKCE (S256), state and nonce. Nothing in here runs inside a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.base import OAuth2Error  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523 import PrivateKeyJWT  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from app.core.clock import Clock
from app.identity.logins import LONGEST_SUBJECT, Address, Proof, read_address
from app.identity.sign_in_errors import AddressUnusable, SignInFailed, SignInUnavailable
from app.identity.sign_in_tries import SKEW, Try
from app.notify.interface import Channel
from app.web.sign_in_settings import KEY_ALGORITHMS, ProviderSettings, is_safe_address

SIGNED_WITH = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""What an ID token may be signed with; never a shared secret, and never nothing."""

KNOWN_FOR = timedelta(hours=1)
ASKED_EVERY = timedelta(seconds=5)
"""How often a key that is not known makes us look for new ones."""

TIMEOUT = httpx.Timeout(10, connect=5)
LARGEST_ANSWER = 1 << 18


class _AuthlibSigns(httpx.Auth, ClientAuth):  # type: ignore[misc]  # Authlib is untyped
    """Authlib's ways for a client to prove itself, for httpx."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url, headers, body = self.prepare(
            request.method, str(request.url), dict(request.headers), request.content.decode()
        )
        headers.pop("content-length", None)
        yield httpx.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


class _Client(OAuth2Client):  # type: ignore[misc]  # Authlib is untyped
    client_auth_class = _AuthlibSigns


@dataclass(frozen=True)
class _Known:
    """What the provider published, and when we asked."""

    metadata: Mapping[str, Any]
    keys: KeySet
    asked_at: datetime


class Provider:
    """One for the whole server; safe to use from many threads."""

    def __init__(self, settings: ProviderSettings, http: httpx.Client, clock: Clock) -> None:
        self.settings = settings
        self._http, self._clock = http, clock
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def ask(self, begun: Try, *, state: str, redirect_uri: str, hint: str | None = None) -> str:
        """Where to send the person. Raises SignInUnavailable."""
        metadata = self._learn().metadata
        wanted: dict[str, Any] = {"nonce": begun.nonce, **self.settings.parameters}
        if begun.again:
            wanted |= {"prompt": "login", "max_age": 0}
        if hint is not None:
            wanted["login_hint"] = hint
        url, _ = self._client(redirect_uri).create_authorization_url(
            metadata["authorization_endpoint"], state=state, code_verifier=begun.code_verifier, **wanted
        )
        return str(url)

    def leave(self, *, back_to: str) -> str | None:
        """Where the person signs out at the provider, too (OpenID Connect RP-Initiated Logout 1.0).

        None where it has no such page. Raises SignInUnavailable.
        """
        place = self._learn().metadata.get("end_session_endpoint")
        if not isinstance(place, str) or not is_safe_address(place):
            return None
        asked = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": back_to})
        return f"{place}{'&' if '?' in place else '?'}{asked}"

    def prove(self, begun: Try, *, code: str, issuer: str | None, redirect_uri: str) -> tuple[Proof, datetime | None]:
        """Who came back, and when the provider says that they proved it. Raises SignInFailed or SignInUnavailable."""
        if issuer not in {None, self.settings.issuer}:  # RFC 9207: somebody mixed up two providers
            raise SignInFailed("issuer")
        tokens = self._exchange(begun, code=code, redirect_uri=redirect_uri)
        claims = self._read(tokens, begun)
        subject, now = claims["sub"], self._clock.now()
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise SignInFailed("subject")
        said = claims.get("auth_time")
        proved_at = min(datetime.fromtimestamp(said, UTC), now) if said else None
        address = _find_address(claims) or self._ask_for_address(tokens, subject)
        return Proof(self.settings.issuer, subject, address, proved_at or now), proved_at

    def _client(self, redirect_uri: str) -> OAuth2Client:
        key, settings = self.settings.load_key(), self.settings
        made = _Client(
            session=self._http,
            client_id=settings.client_id,
            client_secret=key or settings.client_secret,
            token_endpoint_auth_method="private_key_jwt" if key else "client_secret_basic",
            scope=settings.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        if key is not None:
            algorithm = KEY_ALGORITHMS[str(key.curve_name)] if isinstance(key, ECKey) else "RS256"
            header = {"kid": settings.key_id} if settings.key_id else {}
            made.register_client_auth_method(PrivateKeyJWT(alg=algorithm, headers=header))
        return made

    def _exchange(self, begun: Try, *, code: str, redirect_uri: str) -> dict[str, Any]:
        try:
            tokens = self._client(redirect_uri).fetch_token(
                self._learn().metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.code_verifier,
            )
        except OAuth2Error:
            raise SignInFailed("code") from None
        except (httpx.HTTPError, ValueError):
            raise SignInUnavailable from None
        return dict(tokens)

    def _read(self, tokens: Mapping[str, Any], begun: Try) -> CodeIDToken:
        """The ID token's claims once everything about it is proved."""
        written = tokens.get("id_token")
        if not isinstance(written, str):
            raise SignInFailed("no-id-token")
        claims, header = self._verify(written)
        own = self.settings.client_id
        wanted = {"iss": {"essential": True, "value": self.settings.issuer}, "sub": {"essential": True}}
        given = {"nonce": begun.nonce, "client_id": own, "access_token": tokens.get("access_token")}
        proved = CodeIDToken(claims, header, wanted, given)
        if claims.get("aud") not in (own, [own]):  # stricter than the standard: a token for others too is not for us
            raise SignInFailed("audience")
        try:
            proved.validate(now=int(self._clock.now().timestamp()), leeway=int(SKEW.total_seconds()))
        except JoseError as fault:
            raise SignInFailed(str(getattr(fault, "claim", None) or fault.error)) from None
        return proved

    def _verify(self, written: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """By a key that we know, or by one that the provider has begun to use since."""
        for keys in (self._learn().keys, None):
            try:
                proved = jwt.decode(written, keys or self._learn_again().keys, list(SIGNED_WITH))
            except (JoseError, ValueError, TypeError, RecursionError):
                continue
            return dict(proved.claims), dict(proved.header)
        raise SignInFailed("signature")

    def _ask_for_address(self, tokens: Mapping[str, Any], subject: str) -> Address | None:
        """From the userinfo endpoint, where some providers say what the ID token does not."""
        endpoint, token = self._learn().metadata.get("userinfo_endpoint"), tokens.get("access_token")
        if not endpoint or not token or "email" not in self.settings.scope:
            return None
        said = self._fetch(str(endpoint), headers={"Authorization": f"Bearer {token}"})
        if said.get("sub") != subject:
            raise SignInFailed("userinfo")
        return _find_address(said)

    def _learn(self) -> _Known:
        with self._lock:
            known = self._known
            if known is None or self._clock.now() - known.asked_at > KNOWN_FOR:
                known = self._known = self._discover()
            return known

    def _learn_again(self) -> _Known:
        with self._lock:
            known = self._known
            if known is None or self._clock.now() - known.asked_at >= ASKED_EVERY:
                known = self._known = self._discover()
            return known

    def _discover(self) -> _Known:
        issuer = self.settings.issuer
        metadata = self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata.get("issuer") != issuer or not all(isinstance(metadata.get(name), str) for name in needed):
            raise SignInUnavailable
        try:
            keys = KeySet.import_key_set({"keys": [*self._fetch(metadata["jwks_uri"])["keys"]]})
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInUnavailable from None
        return _Known(metadata, keys, self._clock.now())

    def _fetch(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.get(url, headers=dict(headers or {}), timeout=TIMEOUT)
            answer.raise_for_status()
            said = answer.json() if len(answer.content) <= LARGEST_ANSWER else None
        except (httpx.HTTPError, ValueError):
            raise SignInUnavailable from None
        if not isinstance(said, dict):
            raise SignInUnavailable
        return said


def _find_address(said: Mapping[str, Any]) -> Address | None:
    """The e-mail address, where the provider says that it is the person's."""
    if said.get("email_verified") is not True:
        return None
    try:
        found = read_address(str(said.get("email", "")))
    except AddressUnusable:
        return None
    return found if found.channel is Channel.EMAIL else None
