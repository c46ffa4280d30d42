"""What every answer tells a browser, and how much of a request is read at all."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx2
import pytest
from fastapi import Request
from starlette.testclient import TestClient

from app.cli.serving import server_config
from app.core.settings import Settings
from app.main import create_app
from app.web.addresses import find_address
from app.web.header_limits import HEADERS_LIMIT_BYTES, LONGEST_ADDRESS, MOST_HEADERS
from tests.api.city import City
from tests.api.serving import served

PATHS = ("/", "/sign-in", "/v1/me", "/v1/nothing", "/oauth/token", "/docs", "/health/live", "/static/pages.js", "/till")


@pytest.mark.parametrize("path", PATHS)
def test_a_browser_is_told_to_keep_everybody_else_out(city: City, path: str) -> None:
    headers = city.http.get(path, headers={"Origin": "https://evil.example"}).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert not [word for word in ("unsafe-inline", "unsafe-eval", "*", "http:", "data:") if word in policy.split()]
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/v1/me", "/v1/events", "/oauth/token", "/"])
def test_no_other_site_is_let_in_by_asking_first(city: City, path: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = city.http.options(path, headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("base_url", "demo", "told"),
    [
        ("https://rewards.leeds.example", False, True),
        ("https://rewards.leeds.example", True, False),
        ("http://127.0.0.1:8000", False, False),
        ("http://localhost:8000", False, False),
        ("http://[::1]:8000", False, False),
        (None, False, False),
    ],
)
def test_only_a_real_scheme_is_https_for_good(city: City, base_url: str | None, demo: bool, told: bool) -> None:  # noqa: FBT001
    runtime = replace(city.runtime, settings=Settings(base_url=base_url), demo=demo)
    headers = TestClient(create_app(runtime)).get("/health/live").headers
    assert ("strict-transport-security" in headers) is told


def test_headers_and_addresses_have_an_end(city: City) -> None:
    for headers in ({"X-Long": "x" * HEADERS_LIMIT_BYTES}, {f"X-{number}": "1" for number in range(MOST_HEADERS)}):
        answer = city.http.get("/health/live", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (431, "headers-too-large")
        assert answer.headers["x-request-id"]
    answer = city.http.get("/health/live?" + "x" * LONGEST_ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (414, "address-too-long")
    assert city.http.get("/health/live?" + "x" * 4000, headers={"X-Long": "x" * 8000}).status_code == 200


def test_the_running_server_leaves_long_heads_and_forwarded_addresses_to_us(city: City) -> None:
    config = server_config(city.app, city.runtime.settings)
    with served(city.app, config) as address, socket.create_connection(address, 10) as line:
        line.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 30_000 + b"\r\n\r\n")
        assert line.recv(64).startswith(b"HTTP/1.1 431 ")
        url = f"http://{address[0]}:{address[1]}/v1/tills/pair"
        codes = [
            httpx2.post(url, json={"code": "NONE"}, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(11)
        ]
        assert codes == [404] * 10 + [429]  # whoever says to be somebody else is counted all the same


def test_a_proxy_that_is_named_is_believed(city: City) -> None:
    config = server_config(city.app, Settings(trusted_proxies="127.0.0.1"))
    with served(city.app, config) as address:
        url = f"http://{address[0]}:{address[1]}/v1/tills/pair"
        codes = [
            httpx2.post(url, json={"code": "NONE"}, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number in range(12)
        ]
    assert codes == [404] * 12


@pytest.mark.parametrize(
    ("host", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_network_that_one_party_has_counts_as_one_address(host: str | None, counted_as: str) -> None:
    scope: dict[str, object] = {"type": "http", "client": (host, 1) if host else None, "headers": []}
    assert find_address(Request(scope)) == counted_as
