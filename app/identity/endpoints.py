"""Where machines find our authorization server, and what it tells about itself (RFC 8414)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.identity.machine_keys import ALGORITHMS
from app.identity.permissions import MACHINE_SCOPES

GRANT_TYPE = "client_credentials"
WAYS_IN = ("client_secret_basic", "client_secret_post", "private_key_jwt")
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
REVOCATION_PATH = "/oauth/revoke"
KEYS_PATH = "/.well-known/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True)
class Endpoints:
    """`base_url` is how others reach this server, without a slash at its end; never what a Host header says."""

    base_url: str

    @property
    def audiences(self) -> frozenset[str]:
        """What an assertion may be for: the server as a whole, or the endpoint that it is sent to."""
        return frozenset({self.base_url, f"{self.base_url}{TOKEN_PATH}", f"{self.base_url}{REVOCATION_PATH}"})

    def describe(self) -> dict[str, Any]:
        """The metadata of RFC 8414."""
        by_clients = {
            "auth_methods_supported": list(WAYS_IN),
            "auth_signing_alg_values_supported": list(ALGORITHMS),
        }
        return {
            "issuer": self.base_url,
            "token_endpoint": f"{self.base_url}{TOKEN_PATH}",
            "revocation_endpoint": f"{self.base_url}{REVOCATION_PATH}",
            "jwks_uri": f"{self.base_url}{KEYS_PATH}",
            "scopes_supported": sorted(MACHINE_SCOPES),
            "response_types_supported": [],
            "grant_types_supported": [GRANT_TYPE],
            "service_documentation": f"{self.base_url}/docs",
            **{f"token_endpoint_{name}": value for name, value in by_clients.items()},
            **{f"revocation_endpoint_{name}": value for name, value in by_clients.items()},
        }
