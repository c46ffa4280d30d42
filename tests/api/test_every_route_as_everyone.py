"""Every route of the API, as every role and as nobody: a new route fails here until it says who may call it.

To add a route: one line in MAY_CALL with the set of those who may call it, and, if it takes a body whose members the
common one lacks, the missing members in BODY. `EVERYBODY - {"till"}` and `RESIDENT | ADMINS` are fine.
"""

from __future__ import annotations

import pytest

from tests.api.city import City
from tests.api.documented import DOCUMENT
from tests.api.partner_routes import (
    OFFICERS,
    OWNERS,
    PARTNER_BODIES,
    PARTNER_PREFIXES,
    PARTNER_ROUTES,
    STAFF,
    TILLS,
)
from tests.api.safeguard_routes import DESK_RIGHTS, SAFEGUARD_BODIES, SAFEGUARD_PREFIXES, SAFEGUARD_ROUTES
from tests.api.stripe_routes import STRIPE_PREFIXES, STRIPE_ROUTES
from tests.earning.world import TAPS

CALLERS = OFFICERS | {"taps", "till", "resident", "staff", "owner", "host"}
EVERYBODY = frozenset({"nobody"}) | CALLERS
READERS = OFFICERS | {"taps", "resident"}
READERS_OF_FILES = OFFICERS | {"taps"}
RESIDENT = frozenset({"resident"})
TAPS_ONLY = frozenset({"taps"})
CORRECTORS = frozenset({"approver", "admin"})
TREASURERS = frozenset({"finance", "admin"})
EDITORS = frozenset({"editor", "admin"})
HOSTS = frozenset({"host"})
DRAFTERS = frozenset({"editor", "approver"})
APPROVERS = frozenset({"approver", "finance"})
DESK = frozenset({"support"})
REVIEWERS = frozenset({"support", "approver"})
SUPPORT = frozenset({"support"})
PEOPLE = OFFICERS | {"resident", "staff", "owner", "host"}
MAY_CALL: dict[str, frozenset[str]] = {
    "POST /oauth/token": EVERYBODY,
    "POST /oauth/revoke": EVERYBODY,
    "GET /.well-known/jwks.json": EVERYBODY,
    "GET /.well-known/oauth-authorization-server": EVERYBODY,
    "GET /v1/partner/tills": STAFF,
    "POST /v1/partner/tills": STAFF,
    "DELETE /v1/partner/tills/{id}": STAFF,
    "POST /v1/tills/pair": EVERYBODY,
    "GET /v1/session": PEOPLE,
    "GET /v1/sessions": PEOPLE,
    "DELETE /v1/sessions": PEOPLE,
    "DELETE /v1/sessions/{id}": PEOPLE,
    "POST /v1/staff-invitations": frozenset({"admin"}),
    "POST /v1/events": TAPS_ONLY,
    "GET /v1/events/{source}/{id}": READERS,
    "GET /v1/events/{source}/{id}/explanation": READERS,
    "POST /v1/events/{source}/{id}/void": TAPS_ONLY,
    "GET /v1/event-types": EVERYBODY,
    "GET /v1/sources/{source}/tokens": TAPS_ONLY,
    "GET /v1/sources": READERS_OF_FILES,
    "POST /v1/imports": TAPS_ONLY,
    "GET /v1/imports": READERS_OF_FILES,
    "GET /v1/imports/{id}": READERS_OF_FILES,
    "GET /v1/imports/{id}/errors": READERS_OF_FILES,
    "GET /v1/me": RESIDENT,
    "GET /v1/me/sources": RESIDENT,
    "GET /v1/me/missing": RESIDENT,
    "POST /v1/me/missing": RESIDENT,
    "GET /v1/me/invitation": RESIDENT,
    "POST /v1/me/referrer": RESIDENT,
    "PUT /v1/me/household": RESIDENT,
    "DELETE /v1/me/household": RESIDENT,
    "GET /v1/me/statements/{year}": RESIDENT,
    "GET /v1/me/complaints": RESIDENT,
    "POST /v1/me/complaints": RESIDENT,
    "GET /v1/me/appeals": RESIDENT,
    "POST /v1/me/appeals": RESIDENT,
    "GET /v1/retention": OFFICERS,
    "GET /v1/wind-down": EVERYBODY,
    "GET /v1/wind-down/report": OFFICERS,
    "PATCH /v1/me": RESIDENT,
    "DELETE /v1/me": RESIDENT,
    "GET /v1/me/export": RESIDENT,
    "GET /v1/register/purposes": EVERYBODY,
    "GET /v1/me/consents": RESIDENT,
    "PUT /v1/me/consents/{purpose}": RESIDENT,
    "GET /v1/me/thanks": RESIDENT,
    "PUT /v1/me/thanks": RESIDENT,
    "GET /v1/me/cards": RESIDENT,
    "POST /v1/me/cards": RESIDENT,
    "DELETE /v1/me/cards/{id}": RESIDENT,
    "POST /v1/sources/{source}/tokens/confirm": TAPS_ONLY,
    "POST /v1/card-claims/confirm": SUPPORT,
    "GET /v1/card-overlaps": REVIEWERS | {"auditor"},
    "GET /v1/me/balance": RESIDENT,
    "GET /v1/me/activity": RESIDENT,
    "GET /v1/me/challenges": RESIDENT,
    "GET /v1/me/stream": RESIDENT,
    "GET /v1/rewards": EVERYBODY,
    "GET /v1/rewards/{id}": EVERYBODY,
    "POST /v1/redemptions": RESIDENT,
    "GET /v1/redemptions": RESIDENT,
    "GET /v1/redemptions/{id}": RESIDENT,
    "POST /v1/redemptions/{id}/cancel": RESIDENT,
    "POST /v1/vouchers/check": TILLS,
    "POST /v1/vouchers/undo": TILLS,
    "POST /v1/vouchers/redeem": TILLS,
    "GET /v1/rules": OFFICERS,
    "GET /v1/rules/{id}": OFFICERS,
    "GET /v1/rules/{id}/versions": OFFICERS,
    "POST /v1/rules/{id}/unschedule": frozenset({"editor", "approver"}),
    "POST /v1/rules/{id}/stop": EDITORS | {"approver"},
    "POST /v1/rules": DRAFTERS,
    "GET /v1/rules/drafts": OFFICERS,
    "GET /v1/rules/{id}/drafts": OFFICERS,
    "GET /v1/rules/{id}/draft": OFFICERS,
    "PUT /v1/rules/{id}/draft": DRAFTERS,
    "DELETE /v1/rules/{id}/draft": DRAFTERS,
    "POST /v1/rules/{id}/check": DRAFTERS,
    "POST /v1/rules/{id}/backtest": DRAFTERS,
    "POST /v1/rules/{id}/forecast": DRAFTERS,
    "GET /v1/rules/{id}/backtests": OFFICERS,
    "GET /v1/backtests/{id}": OFFICERS,
    "POST /v1/backtests/{id}/cancel": DRAFTERS,
    "POST /v1/rules/{id}/submit": DRAFTERS,
    "POST /v1/rules/{id}/approve": APPROVERS,
    "POST /v1/rules/{id}/return": APPROVERS,
    "POST /v1/rules/{id}/schedule": DRAFTERS,
    "GET /v1/deputies": OFFICERS,
    "POST /v1/deputies": frozenset({"approver"}),
    "POST /v1/deputies/{id}/end": CORRECTORS,
    "GET /v1/approval-threshold": OFFICERS,
    "POST /v1/approval-threshold": TREASURERS,
    "GET /v1/rules/catalogue": EVERYBODY,
    "GET /v1/rules/templates": EVERYBODY,
    "GET /v1/rules/templates/{id}": EVERYBODY,
    "GET /v1/register/rules": EVERYBODY,
    "GET /v1/campaigns": OFFICERS,
    "POST /v1/campaigns": EDITORS,
    "GET /v1/campaigns/{key}": OFFICERS,
    "PATCH /v1/campaigns/{key}": EDITORS,
    "GET /v1/campaigns/{key}/burn-down": OFFICERS,
    "GET /v1/campaigns/{key}/messages": OFFICERS,
    "POST /v1/campaigns/{key}/messages": EDITORS,
    "GET /v1/campaign-messages/{id}": OFFICERS,
    "POST /v1/campaign-messages/{id}/approve": frozenset({"approver"}),
    "POST /v1/campaign-messages/{id}/discard": EDITORS | {"approver"},
    "GET /v1/me/campaign-messages": RESIDENT,
    "PUT /v1/me/campaign-messages/{key}": RESIDENT,
    "POST /v1/message-stops": EVERYBODY,
    "GET /v1/audit": frozenset({"auditor", "admin"}),
    "GET /v1/jobs": OFFICERS,
    "POST /v1/jobs/{id}/retry": frozenset({"admin"}),
    "GET /v1/partner/statements/{period}": STAFF,
    "GET /v1/partner/webhooks": STAFF,
    "POST /v1/partner/webhooks": STAFF,
    "POST /v1/partner/webhooks/{id}/secret": STAFF,
    "POST /v1/partner/webhooks/{id}/enable": STAFF,
    "DELETE /v1/partner/webhooks/{id}": STAFF,
    "GET /v1/partner/webhooks/{id}/deliveries": STAFF,
    "POST /v1/partner/deliveries/{id}/replay": STAFF,
    "GET /v1/partner/payouts": STAFF,
    "GET /v1/partner/payee": STAFF,
    "PUT /v1/partner/payee": OWNERS,
    "GET /v1/partners/{id}/statements/{period}": TREASURERS | {"auditor"},
    "GET /v1/partners/{id}/payee": TREASURERS,
    "POST /v1/partners/{id}/payee/approve": TREASURERS,
    "GET /v1/reports/liability": TREASURERS | {"auditor"},
    "GET /v1/reports/budget": TREASURERS | {"auditor"},
    "GET /v1/reports/journal/{period}": TREASURERS | {"auditor"},
    "GET /v1/payouts": TREASURERS | {"auditor"},
    "GET /v1/payouts/files": TREASURERS | {"auditor"},
    "POST /v1/payouts/files": TREASURERS,
    "GET /v1/payouts/files/{id}": TREASURERS,
    "POST /v1/payouts/files/{id}/send": TREASURERS,
    "POST /v1/payouts/files/{id}/drop": TREASURERS,
    "POST /v1/payouts/{id}/return": TREASURERS,
    "POST /v1/payouts/{id}/release": TREASURERS,
    "GET /v1/pauses": EVERYBODY,
    "POST /v1/pauses": CORRECTORS,
    "POST /v1/pauses/{id}/end": CORRECTORS,
    "GET /v1/register/money": EVERYBODY,
    "GET /v1/register/seals": EVERYBODY,
    "GET /v1/pots": TREASURERS | {"auditor"},
    "POST /v1/pots/payments": TREASURERS,
    "POST /v1/funding": TREASURERS,
    "POST /v1/backing-rate": TREASURERS,
    "GET /v1/me/disputes": RESIDENT,
    "POST /v1/me/disputes": RESIDENT,
    "GET /v1/partner/disputes": STAFF,
    "POST /v1/partner/disputes": STAFF,
    "GET /v1/disputes": TREASURERS | {"approver", "support", "auditor"},
    "POST /v1/disputes": TREASURERS | {"approver", "support"},
    "POST /v1/disputes/{id}/propose": TREASURERS | {"approver"},
    "POST /v1/disputes/{id}/approve": TREASURERS | {"approver"},
    "POST /v1/disputes/{id}/refuse": TREASURERS | {"approver"},
    "GET /v1/adjustments": TREASURERS | {"approver", "auditor"},
    "POST /v1/adjustments": TREASURERS | {"approver"},
    "POST /v1/adjustments/{id}/approve": CORRECTORS,
    "POST /v1/adjustments/{id}/refuse": CORRECTORS,
    "POST /v1/reversals": CORRECTORS,
    "POST /v1/clawbacks": CORRECTORS,
    "GET /v1/review": REVIEWERS | {"auditor"},
    "POST /v1/review/{id}/decide": REVIEWERS,
    "POST /v1/desk/residents": DESK,
    "POST /v1/desk/residents/{member}/member-number": DESK,
    "POST /v1/desk/residents/{member}/cards": DESK,
    "GET /v1/desk/residents/{member}/balance": DESK,
    "GET /v1/desk/residents/{member}/notices": DESK,
    "POST /v1/desk/residents/{member}/notices/handed-over": DESK,
    "GET /v1/desk/letters": DESK,
    "GET /v1/me/notices": RESIDENT,
    "PUT /v1/me/notices": RESIDENT,
    "GET /v1/desk/residents/{member}/redemptions": DESK,
    "POST /v1/desk/residents/{member}/redemptions": DESK,
    **dict.fromkeys(DESK_RIGHTS, DESK),
    "GET /v1/me/desk": RESIDENT,
    "GET /v1/me/member": RESIDENT,
    "GET /v1/organisations": OFFICERS,
    "GET /v1/organisations/{id}": OFFICERS,
    "POST /v1/organisations": CORRECTORS,
    "POST /v1/organisations/{id}/hosts": CORRECTORS,
    "DELETE /v1/organisations/{id}/hosts/{host}": CORRECTORS,
    "GET /v1/host/sessions": HOSTS,
    "POST /v1/host/sessions": HOSTS,
    "GET /v1/host/sessions/{id}": HOSTS,
    "GET /v1/host/sessions/{id}/check-in": HOSTS,
    "GET /v1/host/sessions/{id}/attendance": HOSTS,
    "POST /v1/host/sessions/{id}/attendance": HOSTS,
    "POST /v1/host/sessions/{id}/attendance/{attendance}/approve": HOSTS,
    "POST /v1/host/sessions/{id}/attendance/{attendance}/withdraw": HOSTS,
    "POST /v1/host/imports": HOSTS,
    "POST /v1/check-ins": RESIDENT,
    "GET /v1/me/reviews": RESIDENT,
    "GET /v1/terms": EVERYBODY,
    "POST /v1/me/terms": RESIDENT,
    "GET /health/live": EVERYBODY,
    "GET /health/ready": EVERYBODY,
    **PARTNER_ROUTES,
    **STRIPE_ROUTES,
    **SAFEGUARD_ROUTES,
}
PREFIXES = {
    **SAFEGUARD_PREFIXES,
    "/v1/campaign-messages": "cmm",
    **PARTNER_PREFIXES,
    "/v1/partner/webhooks": "whk",
    "/v1/partner/deliveries": "msg",
    "/v1/payouts/files": "bac",
    **STRIPE_PREFIXES,
    "/v1/payouts": "pay",
    "/v1/redemptions": "red",
    "/v1/rewards": "rew",
    "/v1/pauses": "pau",
    "/v1/imports": "imp",
    "/v1/rules": "rul",
    "/v1/backtests": "bkt",
    "/v1/deputies": "dep",
    "/v1/review": "rev",
    "/v1/adjustments": "adj",
    "/v1/disputes": "dsp",
    "/v1/organisations": "org",
    "/v1/host/sessions": "ses",
    "/v1/me/cards": "crd",
    "/v1/complaints": "cpl",
    "/v1/appeals": "apl",
}
"""Of the public ids in a path; none that is asked for exists."""
QUERIES = {"POST /v1/imports": "?door=none", "POST /v1/host/imports": f"?session=ses_{'0' * 32}"}
BODY: dict[str, object] = {
    "reward_id": f"rew_{'0' * 32}",
    "code": "NONE",
    "reason": "None",
    "version": "none",
    "what": "earning",
    "notice": "None",
    "funder": 1,
    "pence": 1,
    "resident": "none",
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
    "decision": "refuse",
    "connection": "live",
    "terms_version": "none",
    "of_age": True,
    "purpose": "asked_in_person",
    "note": "None",
    "name": "None",
    "event_types": ["none"],
    "event_type": "none",
    "starts_at": "2026-11-20T10:00:00Z",
    "ends_at": "2026-11-20T11:00:00Z",
    "attended": [{"member": "none"}],
    "subject": "card:none",
    "claim": "none",
    "from_on": "2026-11-20",
    "to_on": "2026-11-20",
    "until_on": "2026-11-20",
    "deputy": "none",
    "document": {},
    "given": True,
    "text": "None",
    "answer": "None",
    "way": "desk",
    "redemption": f"red_{'0' * 32}",
    "got": True,
    "days": 365,
    "declined": [],
    "method": "bacs",
    "rate_pence": 0,
    "vat_treatment": "free",
    "vat_percent": 0,
    "body": "None",
}
"""What every route with a body is sent: members that a route does not know are no matter."""
ESTIMATE = {"low": 0, "central": 1, "high": 2}
BODIES: dict[str, dict[str, object]] = {
    "POST /v1/rules/{id}/forecast": dict.fromkeys(("people", "share_percent", "times"), ESTIMATE)
    | {"per": "day", "basis": "None"},
    **SAFEGUARD_BODIES,
    **PARTNER_BODIES,
    "POST /v1/partner/webhooks": {"url": "https://till.example.org/"},
    "POST /v1/staff-invitations": {"person": "none"},
    "PUT /v1/partner/payee": {"sort_code": "000000", "account": "00000000", "name": "None"},
    "PATCH /v1/me": {"name": "Resident 0"},
    "PATCH /v1/desk/residents/{member}": {"correction": {}},
    "POST /v1/appeals/{id}/decide": {"decision": "stands"},
    "POST /v1/wind-down": {"ends_on": "2026-12-01"},
}
"""Members that one route wants otherwise than the others."""
PURPOSE = {"Purpose": "asked_in_person", "Purpose-Note": "None"}
"""Headers that looks at the desk need."""
ROUTES = sorted(f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods)


def test_every_route_says_who_may_call_it() -> None:
    assert set(ROUTES) == set(MAY_CALL)
    assert set().union(*MAY_CALL.values()) <= EVERYBODY


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_closed_to_everybody_else(walked_city: City, route: str) -> None:
    city = walked_city
    method, template = route.split()
    prefix = next((prefix for folder, prefix in PREFIXES.items() if template.startswith(folder)), "none")
    path = (
        template.replace("{source}", TAPS)
        .replace("{period}", "2026-11")
        .replace("{year}", "2026")
        .replace("{id}", f"{prefix}_{'0' * 32}")
    )
    path = path.replace("{host}", f"hst_{'0' * 32}").replace("{attendance}", f"att_{'0' * 32}")
    path = path.replace("{contract}", f"con_{'0' * 32}").replace("{staff}", f"stf_{'0' * 32}") + QUERIES.get(route, "")
    body = {**BODY, **BODIES.get(route, {})} if method in {"POST", "PUT", "PATCH"} else None
    for who in sorted(EVERYBODY):
        headers = PURPOSE | ({} if who == "nobody" else city.by(who))
        if method != "GET":
            headers = headers | {"If-Match": '"none"'}
        if template == "/v1/events":
            headers = headers | {"Content-Type": "application/cloudevents+json"}
        if template.startswith("/oauth/"):  # it signs in with a secret or a key, never with a bearer token
            assert city.http.post(path, headers=headers).status_code == 400
            continue
        if template == "/v1/host/imports":
            answer = city.http.post(path, headers=headers | {"Content-Type": "text/csv"}, content=b"member\nnone\n")
        else:
            answer = city.http.request(method, path, headers=headers, json=body)
        if who in MAY_CALL[route]:
            assert answer.status_code not in {401, 403}, (who, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == _refusal_of(who, route), (who, answer.text)


def _refusal_of(who: str, route: str) -> tuple[int, str]:
    """An officer in the wrong role is told so; where no officer may call, the scope is what is missing."""
    if who == "nobody":
        return 401, "token-missing"
    if who == "till" and any(MAY_CALL[route] is people for people in (STAFF, OWNERS, PEOPLE)):
        return 403, "partner-staff-only"
    if who == "staff" and MAY_CALL[route] is OWNERS:
        return 403, "partner-owner-only"
    return 403, "role-needed" if who in OFFICERS and MAY_CALL[route] & OFFICERS else "scope-missing"
