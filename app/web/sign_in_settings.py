"""SIGN_IN_PROVIDERS: which OpenID Connect provider the people of each side sign in with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from app.core.errors import Misconfigured
from app.identity.logins import Side

KEY_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ProviderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider. `title` stands on the button; `parameters` go into every authorization request.

    Either a secret, or a private key in PEM form for `private_key_jwt`, whose id at the provider is `key_id`.
    """

    issuer: Word
    client_id: Word
    title: Word
    client_secret: str | None = None
    private_key: str | None = None
    key_id: str | None = None
    scope: str = "openid email"
    parameters: dict[str, str] = {}

    @property
    def is_safe(self) -> bool:
        """Whether nobody in between can answer for it."""
        return is_safe_address(self.issuer)

    def load_key(self) -> ECKey | RSAKey | None:
        """Raises ValueError for what is no private key."""
        if self.private_key is None:
            return None
        key = _load(self.private_key, ECKey) or _load(self.private_key, RSAKey)
        if key is None or not key.is_private:
            raise ValueError("no private key")
        return key


def is_safe_address(written: str) -> bool:
    """https, or this machine itself."""
    try:
        place = urlsplit(written)
    except ValueError:
        return False
    loopback = place.hostname in {"localhost", "127.0.0.1", "::1"}
    return bool(place.hostname) and (place.scheme == "https" or (place.scheme == "http" and loopback))


def read_providers(written: str | None) -> Mapping[Side, ProviderSettings]:
    """By side; empty where none is set. Raises Misconfigured, repeating nothing of what was set."""
    if not written:
        return {}
    try:
        found = msgspec.json.decode(written, type=dict[str, ProviderSettings])
        providers = {Side(side): provider for side, provider in found.items()}
    except msgspec.ValidationError as fault:
        raise Misconfigured(f"SIGN_IN_PROVIDERS is not usable: {fault}.") from None
    except (ValueError, RecursionError):
        message = "SIGN_IN_PROVIDERS must be JSON: an object with resident, partner or officer, each with a provider."
        raise Misconfigured(message) from None
    for side, provider in providers.items():
        _check(side, provider)
    return providers


def _check(side: Side, provider: ProviderSettings) -> None:
    if not provider.is_safe:
        raise Misconfigured(f"SIGN_IN_PROVIDERS: the issuer of {side} must be an https address.")
    if (provider.client_secret is None) == (provider.private_key is None):
        raise Misconfigured(f"SIGN_IN_PROVIDERS: give {side} either a client_secret or a private_key.")
    try:
        provider.load_key()
    except ValueError:
        raise Misconfigured(f"SIGN_IN_PROVIDERS: the private_key of {side} is no PEM of an EC or RSA key.") from None


def _load(pem: str, kind: type[ECKey | RSAKey]) -> ECKey | RSAKey | None:
    try:
        return kind.import_key(pem)
    except (JoseError, ValueError, TypeError):
        return None
