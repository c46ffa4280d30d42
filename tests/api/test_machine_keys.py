"""Machines that sign in with a key of their own, tokens that are taken back, and what the server tells about itself."""

from __future__ import annotations

import base64
import hmac
import itertools
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from app.audit import SYSTEM, list_acts
from app.identity.client_life import drop_client_secret, rotate_client_secret, switch_off_client
from app.identity.machine_errors import (
    ClientKeyTaken,
    ClientKeyUnknown,
    ClientKeyUnusable,
    ClientUnknown,
    LastWayIn,
    TooManyClientKeys,
)
from app.identity.machine_keys import add_client_key, remove_client_key
from app.identity.service import register_client
from app.identity.tasks import sweep_sign_in
from app.main import create_app
from tests.api.city import SECRET, City, bearer

BASE_URL = "http://127.0.0.1:8000"
KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS: dict[str, Key] = {
    "ES256": ECKey.generate_key("P-256"),
    "PS256": RSAKey.generate_key(2048),
    "Ed25519": OKPKey.generate_key("Ed25519"),
}
OTHER_SECRET = "another-secret-of-more-than-thirty-two-characters"
_numbers = itertools.count(1)


@pytest.fixture
def client_id(city: City) -> str:
    """A machine without a secret, whose keys have the names of their algorithms."""
    name = f"tram-{next(_numbers)}"

    def make(session: Any) -> None:  # noqa: ANN401
        register_client(session, client_id=name, secret=None, title="Trams", scopes=["events:read"])
        for kid, key in KEYS.items():
            add_client_key(
                session, client_id=name, jwk=key.as_dict(private=False) | {"kid": kid}, actor=SYSTEM, now=city.clock.at
            )

    city.runtime.database.in_transaction(make)
    return name


def _claims(city: City, client_id: str, **changes: object) -> dict[str, Any]:
    now = int(city.clock.at.timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": f"{BASE_URL}/oauth/token", "exp": now + 60, "iat": now}
    wanted = claims | {"jti": f"one-{next(_numbers)}"} | changes
    return {name: value for name, value in wanted.items() if value is not None}


def _sign(claims: dict[str, Any], alg: str = "ES256", **header: str) -> str:
    key = KEYS.get(alg) or KEYS["PS256"]
    return jwt.encode({"alg": alg} | header, claims, key, [alg])


def _ask(city: City, assertion: str, **others: str) -> httpx2.Response:
    form = {"grant_type": "client_credentials", "client_assertion_type": KIND, "client_assertion": assertion}
    return city.http.post("/oauth/token", data=form | others)


@pytest.mark.parametrize("alg", ["ES256", "PS256", "RS256", "Ed25519"])
def test_a_machine_signs_in_with_each_kind_of_key(city: City, client_id: str, alg: str) -> None:
    for header in ({}, {"kid": "PS256" if alg == "RS256" else alg}):
        answer = _ask(city, _sign(_claims(city, client_id), alg, **header))
        assert (answer.status_code, answer.json()["scope"]) == (200, "events:read"), answer.text
        assert city.http.get("/v1/sources", headers=bearer(answer.json()["access_token"])).status_code == 200


@pytest.mark.parametrize("audience", [BASE_URL, f"{BASE_URL}/oauth/token", [BASE_URL]])
def test_an_assertion_is_for_this_server_and_no_other(city: City, client_id: str, audience: object) -> None:
    assert _ask(city, _sign(_claims(city, client_id, aud=audience))).status_code == 200


def test_an_assertion_works_once_whatever_it_is_used_for(city: City, client_id: str) -> None:
    assertion = _sign(_claims(city, client_id))
    assert _ask(city, assertion, scope="nonsense").json()["error"] == "invalid_scope"
    assert _ask(city, assertion).json()["error"] == "invalid_client"
    token = _ask(city, _sign(_claims(city, client_id, jti="twice"))).json()["access_token"]
    form = {"token": token, "client_assertion_type": KIND}
    again = city.http.post(
        "/oauth/revoke", data=form | {"client_assertion": _sign(_claims(city, client_id, jti="twice"))}
    )
    assert again.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example/oauth/token"},
        {"aud": [BASE_URL, "https://elsewhere.example"]},
        {"aud": None},
        {"iss": "leeds-buses"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "nobody", "iss": "nobody"},
        {"exp": None},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": "soon"},
        {"jti": None},
        {"jti": 1},
        {"jti": ""},
        {"jti": "x" * 257},
    ],
)
def test_an_assertion_that_says_too_little_or_too_much_is_refused(
    city: City, client_id: str, changes: dict[str, Any]
) -> None:
    answer = _ask(city, _sign(_claims(city, client_id, **changes)))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(("name", "seconds"), [("exp", -31), ("exp", 331), ("iat", 31), ("nbf", 31)])
def test_an_assertion_is_good_for_minutes_and_clocks_may_be_off_by_half_of_one(
    city: City, client_id: str, name: str, seconds: int
) -> None:
    now = int(city.clock.at.timestamp())
    assert _ask(city, _sign(_claims(city, client_id, **{name: now + seconds}))).status_code == 401
    nearer = seconds + (2 if seconds < 0 else -2)
    assert _ask(city, _sign(_claims(city, client_id, **{name: now + nearer}))).status_code == 200


def test_nothing_but_a_registered_key_is_believed(city: City, client_id: str) -> None:
    claims = _claims(city, client_id)
    stranger = jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"), ["ES256"])
    by_secret = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("s" * 48), ["HS256"])
    confused = _sign_with_a_public_key(claims)
    unsigned = _sign(claims).rsplit(".", 1)[0] + "."
    good = _sign(claims)
    other_kid = _sign(claims, kid="Ed25519")
    for wrong in (stranger, by_secret, confused, unsigned, good[:-4] + "AAAA", other_kid, "a.b.c", "", "é", "x" * 9000):
        assert _ask(city, wrong).json()["error"] == "invalid_client", wrong[:20]
    assert _ask(city, good).status_code == 200


def _sign_with_a_public_key(claims: dict[str, Any]) -> str:
    """What anybody can make who saw the key, and some libraries took for signed."""
    key = KEYS["PS256"]
    assert isinstance(key, RSAKey)
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "PS256"}, claims))
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = base64.urlsafe_b64encode(hmac.digest(key.as_pem(private=False), signed, "sha256")).rstrip(b"=")
    return f"{signed.decode()}.{mac.decode()}"


def test_a_client_proves_itself_in_one_way_at_a_time(city: City, client_id: str) -> None:
    assertion = _sign(_claims(city, client_id))
    assert _ask(city, assertion, client_id=client_id, client_secret=SECRET).json()["error"] == "invalid_client"
    form = {"grant_type": "client_credentials", "client_id": "leeds-buses", "client_secret": SECRET}
    assert city.http.post("/oauth/token", data=form, auth=("leeds-buses", SECRET)).json()["error"] == "invalid_client"


def test_a_client_without_a_secret_has_none_to_guess(city: City, client_id: str) -> None:
    for guess in ("", "\0" * 32, "None"):
        form = {"grant_type": "client_credentials"}
        assert city.http.post("/oauth/token", data=form, auth=(client_id, guess)).status_code == 401


def test_a_removed_key_signs_nobody_in(city: City, client_id: str) -> None:
    run = city.runtime.database.in_transaction
    run(lambda session: remove_client_key(session, client_id=client_id, kid="ES256", actor=SYSTEM, now=city.clock.at))
    assert _ask(city, _sign(_claims(city, client_id))).status_code == 401
    assert _ask(city, _sign(_claims(city, client_id), "Ed25519")).status_code == 200
    with pytest.raises(ClientKeyUnknown):
        run(
            lambda session: remove_client_key(
                session, client_id=client_id, kid="ES256", actor=SYSTEM, now=city.clock.at
            )
        )
    run(lambda session: remove_client_key(session, client_id=client_id, kid="PS256", actor=SYSTEM, now=city.clock.at))
    with pytest.raises(LastWayIn):
        run(
            lambda session: remove_client_key(
                session, client_id=client_id, kid="Ed25519", actor=SYSTEM, now=city.clock.at
            )
        )


def test_only_public_keys_that_are_strong_enough_are_registered(city: City, client_id: str) -> None:
    weak = {"kty": "RSA", "n": "x" * 171, "e": "AQAB"}
    wrong: list[dict[str, Any]] = [
        dict(KEYS["ES256"].as_dict(private=True)),
        dict(OctKey.import_key("s" * 48).as_dict()),
        dict(ECKey.generate_key("P-384", private=False).as_dict()),
        dict(OKPKey.generate_key("X25519", private=False).as_dict()),
        weak,
        {},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        dict(KEYS["ES256"].as_dict(private=False)) | {"kid": "k" * 201},
    ]

    def add(jwk: dict[str, Any], client: str = client_id) -> str:
        return city.runtime.database.in_transaction(
            lambda session: add_client_key(session, client_id=client, jwk=jwk, actor=SYSTEM, now=city.clock.at)
        )

    for jwk in wrong:
        with pytest.raises(ClientKeyUnusable):
            add(jwk)
    fresh = dict(ECKey.generate_key("P-256", private=False).as_dict())
    with pytest.raises(ClientKeyTaken):
        add(fresh | {"kid": "ES256"})
    with pytest.raises(ClientUnknown):
        add(fresh, "nobody")
    assert len(add(fresh)) == 43  # its thumbprint
    add(fresh | {"kid": "fifth"})
    with pytest.raises(TooManyClientKeys):
        add(fresh | {"kid": "sixth"})


def test_a_secret_is_replaced_without_a_gap(city: City) -> None:
    name = f"bikes-{next(_numbers)}"
    run = city.runtime.database.in_transaction
    run(lambda session: register_client(session, client_id=name, secret=SECRET, title="B", scopes=["events:read"]))

    def works(secret: str) -> bool:
        form = {"grant_type": "client_credentials"}
        return city.http.post("/oauth/token", data=form, auth=(name, secret)).status_code == 200

    def rotate(secret: str, overlap: timedelta) -> None:
        run(
            lambda s: rotate_client_secret(
                s, client_id=name, secret=secret, overlap=overlap, actor=SYSTEM, now=city.clock.at
            )
        )

    rotate(OTHER_SECRET, timedelta(hours=24))
    assert works(SECRET)
    assert works(OTHER_SECRET)
    city.clock.at += timedelta(hours=24)
    assert not works(SECRET)
    assert works(OTHER_SECRET)
    rotate(SECRET, timedelta(0))
    assert works(SECRET)
    assert not works(OTHER_SECRET)
    with pytest.raises(LastWayIn):
        run(lambda session: drop_client_secret(session, client_id=name, actor=SYSTEM, now=city.clock.at))
    key = dict(KEYS["ES256"].as_dict(private=False))
    run(lambda session: add_client_key(session, client_id=name, jwk=key, actor=SYSTEM, now=city.clock.at))
    run(lambda session: drop_client_secret(session, client_id=name, actor=SYSTEM, now=city.clock.at))
    assert not works(SECRET)
    token = _ask(city, _sign(_claims(city, name))).json()["access_token"]
    run(lambda session: switch_off_client(session, client_id=name, actor=SYSTEM, now=city.clock.at))
    assert city.http.get("/v1/sources", headers=bearer(token)).json()["code"] == "token-invalid"
    assert _ask(city, _sign(_claims(city, name))).status_code == 401


def test_a_token_that_is_taken_back_is_refused_at_once_by_every_process(city: City) -> None:
    token = _get_token(city)
    other_process = create_app(city.runtime)
    assert other_process is not city.app
    assert city.http.get("/v1/sources", headers=bearer(token)).status_code == 200
    for _ in range(2):
        answer = city.http.post("/oauth/revoke", data={"token": token}, auth=("leeds-buses", SECRET))
        assert (answer.status_code, answer.json(), answer.headers["cache-control"]) == (200, {}, "no-store")
    refused = city.http.get("/v1/sources", headers=bearer(token))
    assert (refused.status_code, refused.json()["code"]) == (401, "token-invalid")
    assert city.http.get("/v1/sources", headers=bearer(_get_token(city))).status_code == 200


def test_only_ones_own_tokens_can_be_taken_back(city: City) -> None:
    token = _get_token(city)
    for theirs in (token, city.tokens["resident"]):
        answer = city.http.post("/oauth/revoke", data={"token": theirs}, auth=("check-in", SECRET))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    for auth in (("leeds-buses", "wrong" * 10), ("nobody", SECRET)):
        assert city.http.post("/oauth/revoke", data={"token": token}, auth=auth).json()["error"] == "invalid_client"
    assert city.http.post("/oauth/revoke", data={"token": token}).status_code == 401
    assert city.http.get("/v1/sources", headers=bearer(token)).status_code == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"token": "no.token.atall"}, 200),
        ({"token": "x", "token_type_hint": "something_else"}, 200),
        ({}, 400),
        ({"token": ""}, 400),
    ],
)
def test_a_token_that_is_none_needs_nothing_done(city: City, form: dict[str, str], status: int) -> None:
    assert city.http.post("/oauth/revoke", data=form, auth=("leeds-buses", SECRET)).status_code == status


def test_what_is_over_is_forgotten_and_not_before(city: City, client_id: str) -> None:
    token = _get_token(city)
    city.http.post("/oauth/revoke", data={"token": token}, auth=("leeds-buses", SECRET))
    assertion = _sign(_claims(city, client_id))
    _ask(city, assertion)
    sweep_sign_in(city.runtime.database, now=city.clock.at + timedelta(seconds=80))
    assert _ask(city, assertion).status_code == 401
    assert city.http.get("/v1/sources", headers=bearer(token)).status_code == 401
    assert sweep_sign_in(city.runtime.database, now=city.clock.at + timedelta(hours=2)) >= 2


def test_the_metadata_leads_to_what_is_there(city: City) -> None:
    told = city.http.get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == BASE_URL
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
    assert "none" not in told["token_endpoint_auth_signing_alg_values_supported"]
    for name in ("token_endpoint", "revocation_endpoint", "jwks_uri"):
        path = told[name].removeprefix(told["issuer"])
        assert city.http.request("GET" if name == "jwks_uri" else "POST", path).status_code not in {404, 405}, name
    by_another_host = city.http.get("/.well-known/oauth-authorization-server", headers={"Host": "evil.example"})
    assert by_another_host.json() == told


def test_changes_of_a_machine_and_tokens_that_were_taken_back_are_on_record(city: City, client_id: str) -> None:
    city.http.post("/oauth/revoke", data={"token": _get_token(city)}, auth=("leeds-buses", SECRET))
    run = city.runtime.database.in_transaction
    revoked = run(lambda session: list_acts(session, subject="client:leeds-buses", act="client.revoked")).items
    assert {act.actor_kind for act in revoked} == {"machine"}
    run(lambda session: remove_client_key(session, client_id=client_id, kid="ES256", actor=SYSTEM, now=city.clock.at))
    changes = run(lambda session: list_acts(session, subject=f"client:{client_id}")).items
    assert [act.facts["what"] for act in changes] == ["key removed", *["key added"] * 3]


def _get_token(city: City) -> str:
    answer = city.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=("leeds-buses", SECRET))
    token: str = answer.json()["access_token"]
    return token
