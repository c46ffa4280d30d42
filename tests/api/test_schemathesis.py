"""Every route with made-up requests, by every kind of caller and by nobody: no fault, and no answer undocumented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.identity.permissions import ROLES
from tests.api.city import City
from tests.api.documented import DOCUMENT, SCHEMA

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLERS = ("nobody", "taps", "till", "resident", "staff", "owner", "host", "officer")
"""Of the short run, in the city that others share: none of them can pause it or move its money."""
EVERY_ROLE = (*CALLERS, *sorted(ROLES))
FIXED_PATHS = frozenset(path for path in DOCUMENT["paths"] if "{" not in path)
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def _ask_as_everyone(city: City, case: schemathesis.Case[Any], callers: tuple[str, ...] = CALLERS) -> None:
    """The same request by each caller; each answer must be one that the document tells."""
    if "{" in case.path and case.formatted_path in FIXED_PATHS:
        return  # what was made up for {id} is the name of another route, which answers in its own shape
    for who in callers:
        kwargs = case.as_transport_kwargs(base_url="http://testserver")
        # As bytes: a client may send any, and the one of these tests would refuse a letter beyond ASCII by itself.
        kwargs["headers"] = {
            name: value.encode() for name, value in dict(kwargs["headers"]).items() if name.lower() != "authorization"
        }
        if who != "nobody":
            kwargs["headers"] |= {name: value.encode() for name, value in city.by(who).items()}
        kwargs.pop("cookies", None)
        if isinstance(kwargs.get("data"), (bytes, str)):
            kwargs["content"] = kwargs.pop("data")
        if kwargs.get("files"):
            kwargs["files"] = [(name, _as_part(part)) for name, part in kwargs["files"]]
        response = city.http.request(**kwargs)
        case.validate_response(response, checks=CHECKS)
        told = {mark for mark in list_marks_of_others(city, who) if mark in response.text and mark not in str(kwargs)}
        assert not told, f"{who} was told of somebody else: {told}"


def list_marks_of_others(city: City, who: str) -> set[str]:
    """Public ids of people who are none of this caller's business. Officers may look, and it is on record."""
    if who in ROLES or who == "officer":
        return set()
    own = {
        "resident": {city.residents[0]},
        "staff": {city.staff["cafe"], city.staff["owner"]},
        "owner": {city.staff["cafe"], city.staff["owner"]},
        "host": {city.hosts["host"], city.hosts["second_host"]},
    }
    people = {*city.residents, *city.staff.values(), *city.hosts.values(), *city.officers.values()}
    return people - own.get(who, set())


def _as_part(part: object) -> object:
    """A part of a form as the client sends it; what was made up may be of any type."""
    if isinstance(part, tuple):
        return (part[0], _as_part(part[1]), *part[2:])
    return part if isinstance(part, bytes) else str(part).encode()


@SCHEMA.parametrize()
@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=SUPPRESSED,
)
def test_every_answer_is_documented_and_none_is_a_fault(shared_city: City, case: schemathesis.Case[Any]) -> None:
    _ask_as_everyone(shared_city, case)


@pytest.mark.nightly
@SCHEMA.parametrize()
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=SUPPRESSED)
def test_many_more_answers_are_documented_and_none_is_a_fault(walked_city: City, case: schemathesis.Case[Any]) -> None:
    # Others every night, so few of each: every route by every role is 3,700 requests for each example.
    _ask_as_everyone(walked_city, case, EVERY_ROLE)
