"""Every route of the API, by every kind of caller: a new route fails here until it says who may call it."""

from __future__ import annotations

import pytest

from tests.api.city import City
from tests.api.documented import DOCUMENT
from tests.earning.world import TAPS

CALLERS = ("taps", "till", "resident", "staff", "officer")
EVERYBODY = frozenset({"nobody", *CALLERS})
READERS = frozenset({"taps", "resident", "officer"})
READERS_OF_FILES = frozenset({"taps", "officer"})
TILLS = frozenset({"till", "staff"})
NOBODY: frozenset[str] = frozenset()
"""Of these callers: it needs a role that the city's officer, an auditor, does not have."""
MAY_CALL: dict[str, frozenset[str]] = {
    "POST /oauth/token": EVERYBODY,
    "GET /.well-known/jwks.json": EVERYBODY,
    "POST /v1/events": frozenset({"taps"}),
    "GET /v1/events/{source}/{id}": READERS,
    "GET /v1/events/{source}/{id}/explanation": READERS,
    "POST /v1/events/{source}/{id}/void": frozenset({"taps"}),
    "GET /v1/event-types": EVERYBODY,
    "GET /v1/sources/{source}/tokens": frozenset({"taps"}),
    "GET /v1/sources": READERS_OF_FILES,
    "POST /v1/imports": frozenset({"taps"}),
    "GET /v1/imports": READERS_OF_FILES,
    "GET /v1/imports/{id}": READERS_OF_FILES,
    "GET /v1/imports/{id}/errors": READERS_OF_FILES,
    "GET /v1/me": frozenset({"resident"}),
    "GET /v1/me/sources": frozenset({"resident"}),
    "GET /v1/me/missing": frozenset({"resident"}),
    "POST /v1/me/missing": frozenset({"resident"}),
    "GET /v1/me/invitation": frozenset({"resident"}),
    "POST /v1/me/referrer": frozenset({"resident"}),
    "PUT /v1/me/household": frozenset({"resident"}),
    "DELETE /v1/me/household": frozenset({"resident"}),
    "GET /v1/me/balance": frozenset({"resident"}),
    "GET /v1/me/activity": frozenset({"resident"}),
    "GET /v1/rewards": EVERYBODY,
    "GET /v1/rewards/{id}": EVERYBODY,
    "POST /v1/redemptions": frozenset({"resident"}),
    "GET /v1/redemptions": frozenset({"resident"}),
    "GET /v1/redemptions/{id}": frozenset({"resident"}),
    "POST /v1/redemptions/{id}/cancel": frozenset({"resident"}),
    "POST /v1/vouchers/check": TILLS,
    "POST /v1/vouchers/redeem": TILLS,
    "GET /v1/rules": frozenset({"officer"}),
    "GET /v1/rules/{id}": frozenset({"officer"}),
    "GET /v1/rules/{id}/versions": frozenset({"officer"}),
    "POST /v1/rules/{id}/unschedule": NOBODY,
    "POST /v1/rules/{id}/stop": NOBODY,
    "GET /v1/rules/catalogue": EVERYBODY,
    "GET /v1/rules/templates": EVERYBODY,
    "GET /v1/rules/templates/{id}": EVERYBODY,
    "GET /v1/register/rules": EVERYBODY,
    "GET /v1/campaigns": frozenset({"officer"}),
    "POST /v1/campaigns": NOBODY,
    "GET /v1/campaigns/{key}": frozenset({"officer"}),
    "PATCH /v1/campaigns/{key}": NOBODY,
    "GET /v1/pauses": EVERYBODY,
    "POST /v1/pauses": NOBODY,
    "POST /v1/pauses/{id}/end": NOBODY,
    "GET /v1/register/money": EVERYBODY,
    "GET /v1/pots": frozenset({"officer"}),
    "POST /v1/pots/payments": NOBODY,
    "POST /v1/funding": NOBODY,
    "POST /v1/backing-rate": NOBODY,
    "POST /v1/reversals": NOBODY,
    "POST /v1/clawbacks": NOBODY,
    "GET /v1/terms": EVERYBODY,
    "POST /v1/me/terms": frozenset({"resident"}),
    "GET /health/live": EVERYBODY,
    "GET /health/ready": EVERYBODY,
}
PREFIXES = {"/v1/redemptions": "red", "/v1/rewards": "rew", "/v1/pauses": "pau", "/v1/imports": "imp"}
PREFIXES["/v1/rules"] = "rul"
ROUTES = sorted(f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods)


def test_every_route_says_who_may_call_it() -> None:
    assert set(ROUTES) == set(MAY_CALL)


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_closed_to_everybody_else(city: City, route: str) -> None:
    method, template = route.split()
    prefix = next((prefix for folder, prefix in PREFIXES.items() if template.startswith(folder)), "none")
    path = template.replace("{source}", TAPS).replace("{id}", f"{prefix}_{'0' * 32}")
    body = {
        "reward_id": f"rew_{'0' * 32}",
        "code": "NONE",
        "reason": "None",
        "version": "none",
        "what": "earning",
        "notice": "None",
        "funder": 1,
        "pence": 1,
        "campaign": "none",
        "points": 1,
        "pence_per_100_points": 100,
        "source": TAPS,
        "id": "none",
        "on": "2026-11-20",
        "uprn": "1",
        "key": "cmp_none",
        "title": "None",
        "starts_on": "2026-11-20",
        "ends_on": "2028-11-20",
        "honour": False,
    }
    if route == "POST /v1/imports":
        path += "?door=none"
    for who in sorted(EVERYBODY):
        headers = {} if who == "nobody" else city.by(who)
        if method == "PATCH":
            headers = headers | {"If-Match": '"none"'}
        if template == "/v1/events":
            headers = headers | {"Content-Type": "application/cloudevents+json"}
        if template == "/oauth/token":  # it signs in with a secret, never with a bearer token
            assert city.http.post(path, headers=headers).status_code == 400
            continue
        answer = city.http.request(
            method, path, headers=headers, json=body if method in {"POST", "PUT", "PATCH"} else None
        )
        if who in MAY_CALL[route]:
            assert answer.status_code not in {401, 403}, (who, answer.text)
        else:
            role = who == "officer" and MAY_CALL[route] is NOBODY
            refused = (401, "token-missing") if who == "nobody" else (403, "role-needed" if role else "scope-missing")
            assert (answer.status_code, answer.json()["code"]) == refused, who
