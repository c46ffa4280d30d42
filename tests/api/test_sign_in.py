"""Machine sign-in, and what a bearer token is worth."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from app.core.ids import new_secret
from app.core.secret_store import Secrets
from app.identity.service import register_client
from app.identity.tokens import TokenIssuer
from tests.api.city import SECRET, City, bearer

GRANT = {"grant_type": "client_credentials"}


def test_a_machine_signs_in_by_basic_and_by_form_alike(city: City) -> None:
    by_basic = city.http.post("/oauth/token", data=GRANT, auth=("leeds-buses", SECRET))
    by_form = city.http.post("/oauth/token", data=GRANT | {"client_id": "leeds-buses", "client_secret": SECRET})
    assert by_basic.status_code == by_form.status_code == 200
    assert by_basic.json()["scope"] == by_form.json()["scope"] == "events:read events:write tokens:confirm tokens:read"
    assert by_basic.headers["cache-control"] == "no-store"


def test_a_token_is_an_at_jwt_that_the_published_key_proves(city: City) -> None:
    token = city.http.post("/oauth/token", data=GRANT, auth=("leeds-buses", SECRET)).json()["access_token"]
    keys = KeySet.import_key_set(city.http.get("/.well-known/jwks.json").json())
    assert all("d" not in key for key in city.http.get("/.well-known/jwks.json").json()["keys"])
    proved = jwt.decode(token, keys, ["ES256"])
    assert proved.header["typ"] == "at+jwt"
    assert {"iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti"} == set(proved.claims)
    assert proved.claims["exp"] - proved.claims["iat"] == 3600


def test_a_machine_may_ask_for_less_than_it_has(city: City) -> None:
    answer = city.http.post("/oauth/token", data=GRANT | {"scope": "events:read"}, auth=("leeds-buses", SECRET))
    assert answer.json()["scope"] == "events:read"
    sent = city.http.post("/v1/events", json={}, headers=bearer(answer.json()["access_token"]))
    assert sent.status_code == 415  # the body is looked at before the database is
    listed = city.http.get("/v1/sources/urn:wymetro:taps/tokens", headers=bearer(answer.json()["access_token"]))
    assert (listed.status_code, listed.json()["code"]) == (403, "scope-missing")
    assert "insufficient_scope" in listed.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (GRANT, ("leeds-buses", "wrong" * 10), 401, "invalid_client"),
        (GRANT, ("nobody", SECRET), 401, "invalid_client"),
        (GRANT, ("\0", SECRET), 401, "invalid_client"),
        (GRANT, None, 401, "invalid_client"),
        (GRANT | {"client_id": "leeds-buses"}, None, 401, "invalid_client"),
        (GRANT | {"scope": "resident"}, ("leeds-buses", SECRET), 400, "invalid_scope"),
        (GRANT | {"scope": "events:read nonsense"}, ("leeds-buses", SECRET), 400, "invalid_scope"),
        ({"grant_type": "password"}, ("leeds-buses", SECRET), 400, "unsupported_grant_type"),
        ({"grant_type": 'é"\\'}, ("leeds-buses", SECRET), 400, "unsupported_grant_type"),
        ({}, ("leeds-buses", SECRET), 400, "invalid_request"),
    ],
)
def test_a_refused_sign_in_says_why_in_oauths_own_form(
    city: City, form: dict[str, str], auth: tuple[str, str] | None, status: int, error: str
) -> None:
    answer = city.http.post("/oauth/token", data=form, auth=httpx2.BasicAuth(*auth) if auth else httpx2.Auth())
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"
    assert SECRET not in answer.text


def test_a_wrong_secret_and_an_unknown_client_get_the_same_answer(city: City) -> None:
    wrong = city.http.post("/oauth/token", data=GRANT, auth=("leeds-buses", "x" * 40))
    unknown = city.http.post("/oauth/token", data=GRANT, auth=("nobody-at-all", "x" * 40))
    assert wrong.json() == unknown.json()
    assert "Basic" in wrong.headers["www-authenticate"]


@pytest.mark.parametrize(
    "body",
    [b"grant_type=client_credentials&grant_type=client_credentials", b"\xff\xfe", b"grant_type=%ff", b"a=1&" * 50, b""],
)
def test_a_broken_form_is_an_invalid_request(city: City, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = city.http.post("/oauth/token", content=body, headers=headers, auth=("leeds-buses", SECRET))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_basic_header_that_is_not_text_is_refused_calmly(city: City) -> None:
    header = "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()
    answer = city.http.post("/oauth/token", data=GRANT, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_no_token_and_a_bad_token_are_told_apart_and_neither_is_repeated(city: City) -> None:
    missing = city.http.get("/v1/me")
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    assert missing.headers["www-authenticate"] == 'Bearer realm="rewards"'
    bad = city.http.get("/v1/me", headers=bearer("not.a.token"))
    assert (bad.status_code, bad.json()["code"]) == (401, "token-invalid")
    assert "not.a.token" not in bad.text
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]


def test_an_expired_token_is_told_to_sign_in_again(city: City) -> None:
    token = city.token(city.residents[0], "resident", lasts=timedelta(minutes=5))
    assert city.http.get("/v1/me", headers=bearer(token)).status_code == 200
    city.clock.at += timedelta(minutes=5)
    assert city.http.get("/v1/me", headers=bearer(token)).json()["code"] == "token-expired"


def test_a_token_for_another_scheme_is_refused(city: City, secrets: Secrets) -> None:
    other = TokenIssuer(secrets, "urn:smart-leeds-rewards:bradford")
    token = other.mint(city.residents[0], "resident", "test", timedelta(hours=1), city.clock.now())
    assert city.http.get("/v1/me", headers=bearer(token)).json()["code"] == "token-invalid"


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "ES256", "typ": "JWT"}])
def test_a_token_of_another_kind_is_refused(city: City, secrets: Secrets, header: dict[str, str]) -> None:
    good = city.tokens["resident"].split(".")
    if header["alg"] == "ES256":
        claims = json.loads(base64.urlsafe_b64decode(good[1] + "=="))
        token = jwt.encode(header, claims, ECKey.import_key(secrets.signing_key_pem))
    else:
        written = base64.urlsafe_b64encode(json.dumps({"typ": "at+jwt"} | header).encode()).decode().rstrip("=")
        token = f"{written}.{good[1]}." + ("" if header["alg"] == "none" else good[2])
    assert city.http.get("/v1/me", headers=bearer(token)).json()["code"] == "token-invalid"


def test_a_machine_cannot_be_a_person_by_its_name(city: City) -> None:
    for subject in (city.residents[0], "leeds-buses"):
        machine = city.token(subject, "events:read")
        assert city.http.get("/v1/me", headers=bearer(machine)).json()["code"] == "scope-missing"
    pretender = city.token("leeds-buses", "resident")
    assert city.http.get("/v1/me", headers=bearer(pretender)).json()["code"] == "token-invalid"


def test_a_scope_that_was_taken_away_is_gone_at_once(city: City) -> None:
    city.runtime.database.in_transaction(
        lambda session: register_client(
            session, client_id="reads-only", secret=new_secret(), title="A", scopes=["events:read"]
        )
    )
    token = city.token("reads-only", "events:read tokens:read")
    refused = city.http.get("/v1/sources/urn:wymetro:taps/tokens", headers=bearer(token))
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
