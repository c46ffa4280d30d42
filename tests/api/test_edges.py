"""What every answer has, and what happens when something breaks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

import app
from app.core.clock import SetClock
from app.core.database import Database
from app.core.errors import Refusal
from app.core.secret_store import Secrets
from app.main import create_app
from app.web.api.docs import list_refusals
from app.web.problems import STATUSES, Problem
from tests.api.city import City, bearer, build_runtime_for

_NONCE = re.compile(r"(?<='nonce-)[\w-]+")
UNSERVED = ("app.cli", "app.demo", "app.earning.importing", "app.core.outbound")
"""No route raises what these refuse."""


def test_every_answer_has_the_security_headers(city: City) -> None:
    for path in ("/health/live", "/v1/me", "/v1/nothing", "/v1/rewards", "/docs", "/openapi.json"):
        headers = city.http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


@pytest.mark.parametrize(("sent", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ('"<x>', False)])
def test_a_sane_request_id_comes_back_and_another_is_replaced(city: City, sent: str, kept: bool) -> None:  # noqa: FBT001
    assert (city.http.get("/health/live", headers={"X-Request-Id": sent}).headers["x-request-id"] == sent) is kept


def test_the_log_has_the_route_and_neither_ids_nor_tokens(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    secret = city.tokens["resident"]
    city.http.get(f"/v1/redemptions/red_{'a' * 32}?x={secret}", headers=bearer(secret) | {"X-Request-Id": "find-me"})
    logged = capsys.readouterr().err
    line = next(json.loads(line) for line in logged.splitlines() if "find-me" in line)
    assert (line["route"], line["status"], line["method"]) == ("/v1/redemptions/{id}", 404, "GET")
    assert secret not in logged
    assert "a" * 32 not in logged


def test_a_fault_of_ours_says_nothing_of_the_inside(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        message = "card:secret-token"
        raise ValueError(message)

    broken = create_app(city.runtime)
    broken.add_api_route("/v1/broken", fail)
    answer = TestClient(broken).get("/v1/broken", headers={"X-Request-Id": "broken-1"})
    assert (answer.status_code, answer.json()["code"], answer.json()["instance"]) == (
        500,
        "unexpected",
        "urn:request:broken-1",
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret-token" not in answer.text
    logged = capsys.readouterr().err
    assert "ValueError" in logged
    assert "secret-token" not in logged


@pytest.mark.parametrize("path", ["/", "/health/live", "/v1/rewards", "/v1/me", "/v1/nothing", "/docs", "/v1/nul%00"])
def test_head_answers_as_get_does_without_the_body(city: City, path: str) -> None:
    sent, asked = city.http.get(path), city.http.head(path)
    assert asked.status_code == sent.status_code
    assert asked.content == b""
    told, expected = (
        {name: _NONCE.sub("", value) for name, value in answer.headers.items() if name != "x-request-id"}
        for answer in (asked, sent)
    )
    assert told == expected


def test_head_of_what_can_only_be_sent_to_says_so(city: City) -> None:
    answer = city.http.head("/v1/vouchers/check")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


def test_the_log_tells_head_from_get_and_has_its_route(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    city.http.head(f"/v1/rewards/{city.rewards['drink']}")
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["method"], line["route"], line["status"]) == ("HEAD", "/v1/rewards/{id}", 200)


def test_a_database_that_is_away_is_a_calm_503(secrets: Secrets, city: City) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", scheme="leeds")
    runtime = build_runtime_for(away, secrets, SetClock(city.clock.now()))
    http = TestClient(create_app(runtime))
    for path in ("/health/ready", "/v1/rewards"):
        answer = http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert "retry-after" in answer.headers
    assert http.get("/health/live").json() == {"status": "ok"}
    away.dispose()


def test_a_ready_server_says_so(city: City) -> None:
    assert city.http.get("/health/ready").json() == {"status": "ok"}


def test_every_refusal_has_a_status_and_a_code_of_its_own() -> None:
    kinds = list_refusals()
    assert len(kinds) > 30
    for kind in kinds:
        assert any(parent in STATUSES for parent in kind.__mro__), kind
        assert kind.code not in {"refused", "invalid", "not-allowed", "not-found", "conflict"}, kind
        assert kind.__doc__, kind
    codes = [kind.code for kind in kinds]
    assert sorted(codes) == sorted(set(codes))


def test_every_module_that_refuses_is_known_to_the_application() -> None:
    folder = Path(app.__file__).parent
    defining = {path for path in folder.rglob("*.py") if "(Refusal)" in path.read_text(encoding="utf-8")}
    for kind in ("Invalid", "NotAllowed", "NotFound", "Conflict"):
        defining |= {path for path in folder.rglob("*.py") if f"({kind}):" in path.read_text(encoding="utf-8")}
    known = {kind.__module__ for kind in list_refusals()} | {Refusal.__module__}
    modules = {".".join(("app", *path.relative_to(folder).with_suffix("").parts)) for path in defining}
    served = {name for name in modules if not name.startswith(UNSERVED)}
    assert served <= known


def test_facts_of_a_refusal_never_hide_the_problem_itself() -> None:
    told = Problem(409, "odd", "An odd one.", {"status": "mine", "count": 3}).to_data()
    assert (told["status"], told["count"], told["type"]) == (409, 3, "/docs#odd")


def test_the_docs_page_lists_every_route_and_every_problem_without_scripts(city: City) -> None:
    page = city.http.get("/docs").text
    for path in city.http.get("/openapi.json").json()["paths"]:
        assert path in page
    for kind in list_refusals():
        assert f'id="{kind.code}"' in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_document_is_openapi_3_1_with_problems_only(city: City) -> None:
    document = city.http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in json.dumps(document)
    assert not any(path.startswith(("/you", "/till", "/officer", "/static")) for path in document["paths"])
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and not path.startswith("/oauth/"):
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_a_statement_that_times_out_is_busy_and_not_broken(city: City) -> None:
    def fail() -> None:
        raise OperationalError("SELECT secret", {}, Exception("secret"))

    broken = create_app(city.runtime)
    broken.add_api_route("/v1/slow", fail)
    answer = TestClient(broken).get("/v1/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert "secret" not in answer.text
