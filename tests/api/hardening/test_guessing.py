"""Ten thousand guesses find nothing and are locked out; what is refused looks the same, whatever the reason."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from starlette.types import Message

from app.core.spoken_codes import draw_code
from tests.api.city import SECRET, City

GUESSES = 10_000


async def _ask(city: City, path: str, body: object, *, caller: str | None = None, address: str = "192.0.2.1") -> int:
    """The status alone, straight from the application: ten thousand times over HTTP would take a minute."""
    told: list[int] = []
    waiting: list[Message] = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]
    headers = [(b"content-type", b"application/json")]
    if caller:
        headers.append((b"authorization", city.by(caller)["Authorization"].encode()))

    async def receive() -> Message:
        return waiting.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": (address, 1),
        "server": ("testserver", 80),
        "state": {},
    }
    await city.app(scope, receive, send)
    return told[0]


def test_ten_thousand_guessed_voucher_codes_find_nothing_and_lock_the_partner_out(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    vouchers = [city.take("drink", resident=number).json() for number in range(3)]
    guesses = [draw_code(10) for _ in range(GUESSES)]

    async def guess() -> Counter[int]:
        callers = ("staff", "till")
        return Counter(
            [
                await _ask(city, "/v1/vouchers/redeem", {"code": code}, caller=callers[number % 2])
                for number, code in enumerate(guesses)
            ]
        )

    assert asyncio.run(guess()) == {404: 60, 429: GUESSES - 60}
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"locked out"' in line]
    assert [line["limit"] for line in logged] == ["voucher-codes"]
    for number, voucher in enumerate(vouchers):
        assert city.redeem(voucher["code"]).status_code == 429
        kept = city.http.get(f"/v1/redemptions/{voucher['id']}", headers=city.resident(number)).json()
        assert kept["status"] == "issued"
    other = city.http.post("/v1/vouchers/check", json={"code": guesses[0]}, headers=city.by("other_staff"))
    assert other.status_code == 404  # another partner is not held up
    # Nor would any of them have found something without the lockout.
    hashes = [city.runtime.voucher_codes.hash(code) for code in guesses]
    found = text("SELECT count(*) FROM redemptions WHERE code_hash = ANY(:hashes) OR token_hash = ANY(:hashes)")
    assert city.runtime.database.in_transaction(lambda s: s.execute(found, {"hashes": hashes}).scalar_one()) == 0


@pytest.mark.parametrize("guesses", [1_000, pytest.param(GUESSES, marks=pytest.mark.nightly)])
def test_guessed_pairing_codes_from_as_many_addresses_make_no_till(city: City, guesses: int) -> None:
    offered = city.http.post("/v1/partner/tills", json={"title": "Bait"}, headers=city.by("staff")).json()["code"]
    before = _count_tills(city)

    async def guess() -> Counter[int]:
        addresses = [f"10.{number >> 8}.{number & 255}.1" for number in range(guesses)]
        return Counter([await _ask(city, "/v1/tills/pair", {"code": draw_code(8)}, address=one) for one in addresses])

    assert asyncio.run(guess()) == {404: 500, 429: guesses - 500}
    assert _count_tills(city) == before
    assert city.http.post("/v1/tills/pair", json={"code": offered}).status_code == 429


def test_a_guessed_secret_locks_out_who_guesses_and_nobody_else(city: City) -> None:
    def sign_in(secret: str, *, client_id: str = "leeds-buses") -> int:
        form = {"grant_type": "client_credentials"}
        return city.http.post("/oauth/token", data=form, auth=(client_id, secret)).status_code

    assert [sign_in(f"guess-{number}") for number in range(21)] == [401] * 20 + [429]
    assert sign_in(SECRET) == 429  # from this address
    assert sign_in(SECRET, client_id="check-in") == 200
    assert sign_in(f"guess-{'x' * 9000}", client_id="check-in") in {401, 431}


def _count_tills(city: City) -> int:
    listed = city.http.get("/v1/partner/tills", headers=city.by("staff")).json()["items"]
    return len(listed)


@contextmanager
def _statements(city: City) -> Iterator[list[str]]:
    """The SQL that runs meanwhile: the part of the time that a caller could measure."""
    ran: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if "AnyIO" in threading.current_thread().name:  # the server works by itself meanwhile, in threads of its own
            ran.append(statement)

    engine = city.runtime.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _observe(city: City, ask: Callable[[], Any]) -> tuple[object, ...]:
    with _statements(city) as ran:
        answer = ask()
    body = {name: value for name, value in answer.json().items() if name != "instance"}
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "content-length"}}
    return answer.status_code, json.dumps(body), headers, tuple(ran)


@pytest.mark.parametrize("path", ["/v1/vouchers/check", "/v1/vouchers/redeem"])
def test_a_code_of_nobody_and_one_of_another_partner_can_not_be_told_apart(city: City, path: str) -> None:
    voucher = city.take("drink", resident=4).json()
    token = city.runtime.voucher_codes.token_for(UUID(voucher["id"].removeprefix("red_")))
    codes = (voucher["code"], token, draw_code(10), "nonsense", "")
    seen = [
        _observe(city, lambda code=code: city.http.post(path, json={"code": code}, headers=city.by("other_staff")))  # type: ignore[misc]
        for code in codes
    ]
    assert len({str(one) for one in seen}) == 1
    assert seen[0][0] == 404


def test_a_client_of_nobody_and_one_with_another_secret_can_not_be_told_apart(city: City) -> None:
    def sign_in(client_id: str) -> tuple[object, ...]:
        form = {"grant_type": "client_credentials"}
        return _observe(city, lambda: city.http.post("/oauth/token", data=form, auth=(client_id, "wrong" * 9)))

    known, unknown, person = (sign_in(one) for one in ("leeds-buses", "leeds-nobody", city.residents[0]))
    assert known == unknown == person


def test_pairing_codes_that_are_used_over_or_of_nobody_can_not_be_told_apart(city: City) -> None:
    used, replaced = (
        city.http.post("/v1/partner/tills", json={"title": "T"}, headers=city.by(who)).json()["code"]
        for who in ("staff", "other_staff")
    )
    assert city.http.post("/v1/tills/pair", json={"code": used}).status_code == 201
    city.http.post("/v1/partner/tills", json={"title": "T"}, headers=city.by("other_staff"))
    seen = [
        _observe(city, lambda code=code: city.http.post("/v1/tills/pair", json={"code": code}))  # type: ignore[misc]
        for code in (used, replaced, draw_code(8), "")
    ]
    assert len({str(one) for one in seen}) == 1
