"""Who may call the routes of call-backs, officers and rights, and what some are sent; for every route as everyone."""

from __future__ import annotations

RESIDENT = frozenset({"resident"})
DESK = frozenset({"support"})
ADMIN = frozenset({"admin"})
ANSWERERS = frozenset({"support", "approver", "admin"})
READERS = frozenset({"auditor", "admin"})
SAFEGUARD_ROUTES: dict[str, frozenset[str]] = {
    "GET /v1/me/callbacks": RESIDENT,
    "POST /v1/me/callbacks/{id}/answer": RESIDENT,
    "GET /v1/desk/residents/{member}/callbacks": DESK,
    "POST /v1/desk/residents/{member}/callbacks/{id}/answer": DESK,
    "GET /v1/officers": READERS,
    "POST /v1/officers": ADMIN,
    "PUT /v1/officers/{id}/roles": ADMIN,
    "DELETE /v1/officers/{id}": ADMIN,
    "GET /v1/role-changes": READERS,
    "POST /v1/role-changes/{id}/approve": ADMIN,
    "POST /v1/role-changes/{id}/refuse": ADMIN,
    "GET /v1/complaints": ANSWERERS | {"auditor"},
    "POST /v1/complaints/{id}/acknowledge": ANSWERERS,
    "POST /v1/complaints/{id}/answer": ANSWERERS,
    "GET /v1/appeals": ANSWERERS | {"auditor"},
    "POST /v1/appeals/{id}/decide": ANSWERERS,
    "PUT /v1/retention/{kind}": ADMIN,
    "POST /v1/wind-down": ADMIN,
    "DELETE /v1/wind-down": ADMIN,
}
SAFEGUARD_PREFIXES = {
    "/v1/me/callbacks": "cbk",
    "/v1/desk/residents/{member}/callbacks": "cbk",
    "/v1/officers": "off",
    "/v1/role-changes": "rch",
}
SAFEGUARD_BODIES: dict[str, dict[str, object]] = {
    "POST /v1/officers": {"email": "none", "roles": ["editor"]},
    "PUT /v1/officers/{id}/roles": {"roles": ["editor"]},
    "POST /v1/rules/{id}/forecast": {
        **{name: {"low": 1, "central": 1, "high": 1} for name in ("people", "share_percent", "times")},
        "per": "week",
        "basis": "None",
    },
}

DESK_RIGHTS = (
    *(f"POST /v1/desk/residents/{{member}}/{one}" for one in ("complaints", "appeals", "missing")),
    *(f"PUT /v1/desk/residents/{{member}}/{one}" for one in ("consents/{consent}", "thanks")),
    "GET /v1/desk/residents/{member}/export",
    "PATCH /v1/desk/residents/{member}",
    "DELETE /v1/desk/residents/{member}",
)
"""What an officer does for a resident who has no phone."""
