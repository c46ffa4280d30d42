"""Over real sockets: large, lying and broken-off bodies, and many clients at once."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import httpx2
import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from app.web.bodies import BATCH_LIMIT_BYTES, LIMIT_BYTES
from tests.api.city import City, build_city
from tests.api.serving import served

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Address = tuple[str, int]


@pytest.fixture
def crowd(database: Database, secrets: Secrets) -> City:
    """A city with 64 residents of 500 points each."""
    return build_city(database, secrets, NOW, residents=64)


@pytest.fixture
def address(city: City) -> Iterator[Address]:
    with served(city.app) as address:
        yield address


def _talk(address: Address, *parts: bytes) -> tuple[int, dict[str, Any]]:
    """Send the bytes as they are, all of them, and only then read the answer."""
    with socket.create_connection(address, timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        head, body = _read_answer(connection)
    return int(head.split()[1]), json.loads(body)


def _read_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    answer = b""
    while not answer.endswith(b"}") and (chunk := connection.recv(65536)):
        answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def _head(city: City, *lines: str) -> bytes:
    token = city.tokens["taps"]
    fixed = ("POST /v1/events HTTP/1.1", "Host: test", f"Authorization: Bearer {token}", "Connection: close")
    return "\r\n".join([*fixed, *lines, "", ""]).encode()


STRUCTURED = "Content-Type: application/cloudevents+json"
BATCHED = "Content-Type: application/cloudevents-batch+json"


def test_a_client_that_sends_too_much_gets_to_read_why(city: City, address: Address) -> None:
    for size, kind in ((LIMIT_BYTES + 1, STRUCTURED), (BATCH_LIMIT_BYTES + 1, BATCHED), (15 << 20, BATCHED)):
        body = b"x" * size
        status, problem = _talk(address, _head(city, kind, f"Content-Length: {size}"), body)
        assert (status, problem["code"]) == (413, "body-too-large")
        assert problem["limit_bytes"] == (BATCH_LIMIT_BYTES if kind == BATCHED else LIMIT_BYTES)


def test_a_body_at_the_limit_is_read(city: City, address: Address) -> None:
    body = b" " * (LIMIT_BYTES - 2) + b"{}"
    status, problem = _talk(address, _head(city, STRUCTURED, f"Content-Length: {len(body)}"), body)
    assert (status, problem["code"]) == (400, "event-malformed")


def test_a_chunked_body_is_counted_as_it_comes(city: City, address: Address) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = _head(city, STRUCTURED, "Transfer-Encoding: chunked")
    status, problem = _talk(address, head, chunk * 40, b"0\r\n\r\n")
    assert (status, problem["code"]) == (413, "body-too-large")
    small = b"2\r\n{}\r\n0\r\n\r\n"
    status, problem = _talk(address, head, small)
    assert (status, problem["code"]) == (400, "event-malformed")


def test_a_body_that_breaks_off_changes_nothing_and_hurts_nobody(city: City, address: Address) -> None:
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(_head(city, STRUCTURED, "Content-Length: 1000") + b"{")
    status, answer = _talk(address, b"GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    assert (status, answer) == (200, {"status": "ok"})


def test_a_body_longer_than_it_claims_is_not_read_past_its_claim(city: City, address: Address) -> None:
    status, _ = _talk(address, _head(city, STRUCTURED, "Content-Length: 2"), b"{}" + b"x" * 100)
    assert status == 400


def test_a_connection_goes_on_after_head(address: Address) -> None:
    with socket.create_connection(address, timeout=30) as connection, connection.makefile("rb") as answers:
        for path in (b"/v1/rewards", b"/docs", b"/v1/nothing"):
            connection.sendall(b"HEAD " + path + b" HTTP/1.1\r\nHost: test\r\n\r\n")
            assert answers.readline().startswith(b"HTTP/1.1 404" if path == b"/v1/nothing" else b"HTTP/1.1 200")
            heads = list(iter(answers.readline, b"\r\n"))
            assert any(head.lower().startswith(b"content-length: ") and head[16:] != b"0\r\n" for head in heads)
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        assert answers.readline().startswith(b"HTTP/1.1 200")


def _together(calls: list[Callable[[httpx2.Client], httpx2.Response]], base: str) -> list[httpx2.Response]:
    """All at once, each in a thread and on a connection of its own."""
    start = Barrier(len(calls))
    limits = httpx2.Limits(max_connections=len(calls))
    with httpx2.Client(base_url=base, timeout=120, limits=limits) as client:

        def run(call: Callable[[httpx2.Client], httpx2.Response]) -> httpx2.Response:
            start.wait(60)
            return call(client)

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))


def test_a_hundred_threads_redeem_one_voucher_once(crowd: City) -> None:
    with served(crowd.app) as (host, port):
        base = f"http://{host}:{port}"
        with httpx2.Client(base_url=base, timeout=60) as client:
            order = {"reward_id": crowd.rewards["drink"]}
            code = client.post("/v1/redemptions", json=order, headers=crowd.resident(0)).json()["code"]
        answers = _together(
            [
                lambda client: client.post("/v1/vouchers/redeem", json={"code": code}, headers=crowd.by("staff"))
                for _ in range(100)
            ],
            base,
        )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 99}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already-redeemed"}


def test_sixty_four_residents_share_ten_breakfasts(crowd: City) -> None:
    order = {"reward_id": crowd.rewards["breakfast"]}

    def take(number: int) -> Callable[[httpx2.Client], httpx2.Response]:
        headers = crowd.resident(number) | {"Idempotency-Key": f"breakfast-{number}"}
        return lambda client: client.post("/v1/redemptions", json=order, headers=headers)

    with served(crowd.app) as (host, port):
        answers = _together([take(number) for number in range(64)], f"http://{host}:{port}")
    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 54}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"out-of-stock"}


def test_thirty_two_threads_with_one_key_take_points_once(crowd: City) -> None:
    headers = crowd.resident(0) | {"Idempotency-Key": "only-once"}
    order = {"reward_id": crowd.rewards["drink"]}
    with served(crowd.app) as (host, port):
        base = f"http://{host}:{port}"
        answers = _together(
            [lambda client: client.post("/v1/redemptions", json=order, headers=headers) for _ in range(32)], base
        )
        with httpx2.Client(base_url=base) as client:
            balance = client.get("/v1/me/balance", headers=crowd.resident(0)).json()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency-key-in-use"}
    assert (balance["available"], balance["held"]) == (400, 100)
