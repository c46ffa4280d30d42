"""An OpenID Connect provider of somebody else's, as a process of its own: `python oidc_provider.py NOW`.

It signs in whoever asks at once, as the person that its plan says, and can lie in every way that a relying party must
notice. `POST /plan` changes the plan: a JSON object of the members of `Plan` that shall be otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT_ID, CLIENT_SECRET = "rewards", "a-secret-of-at-least-thirty-two-characters"
HONEST: dict[str, Any] = {
    "sub": "someone",
    "claims": {},
    "email": None,
    "userinfo": {},
    "signs": "own",
    "ends": False,
}
"""The plan of a provider that tells the truth."""


class Books:
    """`plan` is who signs in and what is a lie; `claims` and `userinfo` replace what is said, null leaves one out.

    `signs` is how the ID token is: own, stranger (a key of somebody else's), nobody (`alg` none), or by a shared
    secret (HS256): "secret" is what the client proves itself by, "public" our public key's text.
    """

    def __init__(self, issuer: str, now: int) -> None:
        self.issuer, self.now = issuer, now
        self.key, self.old_key = _new_key("one"), _new_key("stranger")
        self.plan: dict[str, Any] = dict(HONEST)
        self.grants: dict[str, dict[str, str]] = {}
        self.client_key: ECKey | None = None
        self.numbers = itertools.count()
        self.lock = threading.Lock()

    def change(self, said: dict[str, Any]) -> None:
        if said.pop("rotate", False):
            self.key = _new_key("two")
        if "client_key" in said:
            written = said.pop("client_key")
            self.client_key = ECKey.import_key(written) if written else None
        self.now = said.pop("now", self.now)
        self.plan |= said

    def authorize(self, query: dict[str, str]) -> str:
        code = f"code-{next(self.numbers)}"
        self.grants[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def give_token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        with self.lock:
            asked = self.grants.pop(form.get("code", ""), None)
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if _encode(verifier) != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self._sign(asked)}

    def _is_client(self, form: dict[str, str], authorization: str) -> bool:
        if self.client_key is not None:
            claims = jwt.decode(form["client_assertion"], self.client_key, ["ES256"]).claims
            return bool(claims["iss"] == claims["sub"] == CLIENT_ID and claims["aud"] == f"{self.issuer}/token")
        wanted = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        return authorization == f"Basic {wanted}"

    def _sign(self, asked: dict[str, str]) -> str:
        claims = {
            "iss": self.issuer,
            "sub": self.plan["sub"],
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
        }
        if "max_age" in asked:
            claims["auth_time"] = self.now
        kept, signs = _without_nulls(claims | self.plan["claims"]), self.plan["signs"]
        if signs in {"own", "stranger"}:
            key = self.old_key if signs == "stranger" else self.key
            return jwt.encode({"alg": "ES256", "kid": self.key.kid}, kept, key, ["ES256"])
        algorithm = "none" if signs == "nobody" else "HS256"
        signed = ".".join(
            _encode(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": self.key.kid}, kept)
        )
        secrets = {"secret": CLIENT_SECRET.encode(), "public": self.key.as_pem(private=False)}
        mac = hmac.digest(secrets[signs], signed.encode(), "sha256") if signs in secrets else b""
        return f"{signed}.{_encode(mac)}"

    def describe(self, path: str) -> dict[str, Any] | None:
        match path:
            case "/.well-known/openid-configuration":
                names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
                places = dict(zip(names, ("/authorize", "/token", "/keys", "/userinfo"), strict=True))
                if self.plan["ends"]:
                    places["end_session_endpoint"] = "/end?theme=dark"
                return {"issuer": self.issuer, **{name: f"{self.issuer}{at}" for name, at in places.items()}}
            case "/keys":
                return {"keys": [dict(key) for key in KeySet([self.key]).as_dict(private=False)["keys"]]}
            case "/userinfo":
                email = self.plan["email"]
                said = {"sub": self.plan["sub"], **({"email": email, "email_verified": True} if email else {})}
                return _without_nulls(said | self.plan["userinfo"])
        return None


def _without_nulls(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


def _handler(books: Books) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                self.send_response(303)
                self.send_header("Location", books.authorize(dict(parse_qsl(place.query))))
                self.end_headers()
                return
            if place.path == "/end":
                asked = dict(parse_qsl(place.query))
                self.send_response(303 if asked.get("client_id") == CLIENT_ID else 400)
                self.send_header("Location", asked["post_logout_redirect_uri"])
                self.end_headers()
                return
            said = books.describe(place.path)
            self._answer(200 if said is not None else 404, said or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/plan":
                books.change(json.loads(body))
                self._answer(200, {})
            else:
                self._answer(*books.give_token(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            written = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def main() -> None:
    """Serve until the end; the first line tells where."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    server.RequestHandlerClass = _handler(Books(issuer, int(sys.argv[1])))
    sys.stdout.write(f"{issuer}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
