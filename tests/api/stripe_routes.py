"""Who may call the routes about payment by Stripe; for tests.api.test_every_route_as_everyone."""

from __future__ import annotations

from app.identity.permissions import ROLES
from tests.api.partner_routes import OWNERS, STAFF

PAYERS = frozenset({"finance", "admin"})
READERS_OF_PAYMENTS = PAYERS | {"auditor"}
ANYBODY = ROLES | {"nobody", "taps", "till", "resident", "staff", "owner", "host"}
STRIPE_ROUTES: dict[str, frozenset[str]] = {
    "GET /v1/partner/payee/stripe": STAFF,
    "POST /v1/partner/payee/stripe": OWNERS,
    "PUT /v1/partner/payee/method": OWNERS,
    "GET /v1/partners/{id}/payee/stripe": PAYERS,
    "POST /v1/partners/{id}/payee/stripe/approve": PAYERS,
    "POST /v1/payouts/{id}/by-bank": PAYERS,
    "POST /v1/payouts/{id}/retry": PAYERS,
    "POST /v1/payouts/{id}/reversals": PAYERS,
    "GET /v1/payouts/reversals": READERS_OF_PAYMENTS,
    "POST /v1/payouts/reversals/{id}/approve": PAYERS,
    "POST /v1/payouts/reversals/{id}/refuse": PAYERS,
    "GET /v1/payouts/funding": READERS_OF_PAYMENTS,
    "POST /v1/stripe/events": ANYBODY,
}
STRIPE_PREFIXES = {"/v1/payouts/reversals": "rvs"}
