"""Who may call the routes of partners, and what those are sent; for tests.api.test_every_route_as_everyone."""

from __future__ import annotations

from app.identity.permissions import ROLES

OFFICERS = ROLES
"""Any officer, whatever the role; fewer are named by their roles."""
KEEPERS = frozenset({"finance", "approver", "admin"})
"""Of partners."""
TILLS = frozenset({"till", "staff", "owner"})
STAFF = frozenset({"staff", "owner"})
"""People of the partner: a till has the same scope, and is told that it is no person."""
OWNERS = frozenset({"owner"})
PARTNER_ROUTES: dict[str, frozenset[str]] = {
    "GET /v1/partner/redemptions": TILLS,
    "GET /v1/partner/staff": OWNERS,
    "POST /v1/partner/staff": OWNERS,
    "POST /v1/partner/staff/{id}/invite": OWNERS,
    "DELETE /v1/partner/staff/{id}": OWNERS,
    "GET /v1/partner/endpoints": STAFF,
    "PUT /v1/partner/endpoints/{adapter}": OWNERS,
    "GET /v1/partners/{id}/endpoints": OFFICERS,
    "PUT /v1/partners/{id}/endpoints/{adapter}": KEEPERS,
    "POST /v1/partners/{id}/endpoints/{adapter}/decide": KEEPERS,
    "POST /v1/partners/{id}/owners": KEEPERS,
    "GET /v1/partners/{id}/staff": KEEPERS,
    "DELETE /v1/partners/{id}/staff/{staff}": KEEPERS,
    "GET /v1/partner/contracts": STAFF,
    "GET /v1/partner/rewards": STAFF,
    "POST /v1/partner/rewards": OWNERS,
    "GET /v1/partner/rewards/{id}": STAFF,
    "PATCH /v1/partner/rewards/{id}": OWNERS,
    "GET /v1/partner/reward-proposals": STAFF,
    "DELETE /v1/partner/reward-proposals/{id}": OWNERS,
    "GET /v1/reward-proposals": OFFICERS,
    "POST /v1/reward-proposals/{id}/approve": KEEPERS,
    "POST /v1/reward-proposals/{id}/refuse": KEEPERS,
    "GET /v1/reports/partners": OFFICERS,
    "GET /v1/partners": OFFICERS,
    "POST /v1/partners": KEEPERS,
    "GET /v1/partners/{id}": OFFICERS,
    "POST /v1/partners/{id}/approve": KEEPERS,
    "POST /v1/partners/{id}/refuse": KEEPERS,
    "POST /v1/partners/{id}/stop": KEEPERS,
    "POST /v1/partners/{id}/start": KEEPERS,
    "GET /v1/partners/{id}/contracts": OFFICERS,
    "POST /v1/partners/{id}/contracts": KEEPERS,
    "POST /v1/partners/{id}/contracts/{contract}/approve": KEEPERS,
    "POST /v1/partners/{id}/contracts/{contract}/refuse": KEEPERS,
}
PARTNER_PREFIXES = {
    "/v1/partner/reward-proposals": "rpr",
    "/v1/partner/staff": "stf",
    "/v1/partner/rewards": "rew",
    "/v1/reward-proposals": "rpr",
    "/v1/partners": "prt",
}
"""Longer folders before shorter ones."""
CONTRACT: dict[str, object] = {
    "rate_pence": 0,
    "vat_treatment": "free",
    "vat_percent": 0,
    "starts_on": "2027-01-01",
}
ENDPOINT: dict[str, object] = {"url": "https://till.example.org/", "secret": "of sixteen letters"}
PARTNER_BODIES: dict[str, dict[str, object]] = {
    "POST /v1/partner/rewards": {"title": "None", "description": "None", "kind": "food", "points": 1},
    "PUT /v1/partner/endpoints/{adapter}": ENDPOINT,
    "PUT /v1/partners/{id}/endpoints/{adapter}": ENDPOINT,
    "POST /v1/partners/{id}/endpoints/{adapter}/decide": ENDPOINT | {"decision": "approve"},
    "POST /v1/partners": {"name": "None", "kind": "business", "place": "None", "contract": CONTRACT},
}
