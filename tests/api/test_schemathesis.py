"""Every route with made-up requests, by every kind of caller and by nobody: no fault, and no answer undocumented."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.city import City

from app.web.api import routes
from app.web.openapi import describe

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLERS = ("nobody", "taps", "till", "resident", "staff", "officer")
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def _write_document() -> dict[str, Any]:
    """The document alone needs no running server, so every route can be a test of its own."""
    app = FastAPI()
    app.include_router(routes.router)
    describe(app)
    return app.openapi()


schema = schemathesis.openapi.from_dict(_write_document())


def _ask_as_everyone(city: City, case: schemathesis.Case) -> None:
    """The same request by each caller; each answer must be one that the document tells."""
    for who in CALLERS:
        kwargs = case.as_transport_kwargs(base_url="http://testserver")
        kwargs["headers"] = {
            name: value for name, value in dict(kwargs["headers"]).items() if name.lower() != "authorization"
        }
        if who != "nobody":
            kwargs["headers"] |= city.by(who)
        kwargs.pop("cookies", None)
        if isinstance(kwargs.get("data"), (bytes, str)):
            kwargs["content"] = kwargs.pop("data")
        response = city.http.request(**kwargs)
        case.validate_response(response, checks=CHECKS)


@schema.parametrize()
@settings(
    max_examples=200 if NIGHTLY else 8,
    derandomize=not NIGHTLY,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=SUPPRESSED,
)
def test_every_answer_is_documented_and_none_is_a_fault(shared_city: City, case: schemathesis.Case) -> None:
    _ask_as_everyone(shared_city, case)
