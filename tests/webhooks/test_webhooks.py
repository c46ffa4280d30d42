"""Partners are told what happens: signed, at least once, for three days, and never a stranger."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from sqlalchemy import text

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.offers.endpoints import EndpointKeys
from app.offers.webhooks.deliveries import TRIED_FOR
from app.offers.webhooks.tasks import Sending, send_due
from tests.api.city import City, build_city

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "receive-webhooks.md"
Json: TypeAlias = Any
Receive = Callable[[dict[str, str], bytes, str], int]


@dataclass
class Server:
    """A partner's server, built by our guide; it can be broken, and notes what it took."""

    receive: Receive
    secret: str = ""
    broken: bool = False
    requests: list[httpx.Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def serve(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = 500 if self.broken else self.receive(dict(request.headers), request.content, self.secret)
        self.statuses.append(status)
        return httpx.Response(status)


@pytest.fixture
def server() -> Server:
    block = re.search(r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(block[1], names)  # noqa: S102 - the code that we tell partners to run
    return Server(names["receive"])


@pytest.fixture
def city(rolled_back: Database, secrets: Secrets) -> City:
    # Signatures are good for five minutes by the real clock, which the library asks.
    return build_city(rolled_back, secrets, datetime.now(UTC))


@pytest.fixture
def sending(city: City, server: Server) -> Sending:
    client = httpx.Client(transport=httpx.MockTransport(server.serve))
    clock = SetClock(city.clock.now())
    return Sending(city.runtime.database, clock, client, EndpointKeys(city.runtime.secrets))


def _ask(city: City, method: str, path: str, *, who: str = "staff", **sent: str) -> Json:
    answer = city.http.request(method, path, headers=city.by(who), json=sent or None)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def _connect(city: City, server: Server) -> str:
    made = _ask(city, "POST", "/v1/partner/webhooks", url="https://till.example.org/hook")
    server.secret = made["secret"]
    return str(made["id"])


def _redeem(city: City, resident: int = 0) -> str:
    voucher = city.http.post(
        "/v1/redemptions", headers=city.resident(resident), json={"reward_id": city.rewards["drink"]}
    ).json()
    _ask(city, "POST", "/v1/vouchers/redeem", code=voucher["code"])
    return str(voucher["code"])


def test_a_redeemed_voucher_is_told_with_a_signature_that_the_guides_receiver_takes(
    city: City, server: Server, sending: Sending
) -> None:
    webhook = _connect(city, server)
    _redeem(city)
    assert send_due(sending) == 1
    assert server.statuses == [204]
    told = server.requests[0].content.decode()
    assert '"type":"voucher.redeemed"' in told
    assert "Resident" not in told, "nothing says who it was"
    (delivery,) = _ask(city, "GET", f"/v1/partner/webhooks/{webhook}/deliveries")["items"]
    assert (delivery["status"], delivery["attempts"], delivery["answer"]) == ("delivered", 1, 204)
    assert delivery["id"] == server.requests[0].headers["webhook-id"]
    assert send_due(sending) == 0


def test_an_address_that_gives_no_answer_keeps_nobodys_messages_waiting(city: City, sending: Sending) -> None:
    for host in ("silent", "till", "broken"):
        _ask(city, "POST", "/v1/partner/webhooks", url=f"https://{host}.example.org/hook")
    for _ in range(3):
        _redeem(city)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host.partition(".")[0])
        if asked[-1] == "silent":
            raise httpx.ReadTimeout(asked[-1])
        if asked[-1] == "broken":
            raise ZeroDivisionError
        return httpx.Response(204)

    rest = replace(sending, client=httpx.Client(transport=httpx.MockTransport(answer)))
    assert send_due(rest) == 5
    assert sorted(asked) == ["broken", "silent", "till", "till", "till"]
    asked.clear()
    assert send_due(rest) == 2, "the next one of each, and the first when it is due again"
    assert sorted(asked) == ["broken", "silent"]


def test_an_altered_or_old_message_is_not_taken(city: City, server: Server, sending: Sending) -> None:
    _connect(city, server)
    _redeem(city)
    send_due(sending)
    request = server.requests[0]
    headers = dict(request.headers)
    assert server.receive(headers, request.content.replace(b"redeemed", b"expired"), server.secret) == 401
    old = str(int(headers["webhook-timestamp"]) - 301)
    assert server.receive(headers | {"webhook-timestamp": old}, request.content, server.secret) == 401
    assert server.receive(headers, request.content, "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==") == 401
    assert server.receive(headers, request.content, server.secret) == 204, "a repeat is taken, once"


def test_a_server_that_is_down_is_tried_ever_later_and_gets_everything_once_it_is_up(
    city: City, server: Server, sending: Sending
) -> None:
    _connect(city, server)
    server.broken = True
    _redeem(city)
    assert isinstance(sending.clock, SetClock)
    tries = []
    for _ in range(24 * 60):
        if send_due(sending):
            tries.append(sending.clock.at)
        sending.clock.at += timedelta(minutes=1)
    waits = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert 5 <= len(tries) <= 10
    server.broken = False
    sending.clock.at = city.clock.now() + timedelta(days=2)
    server.receive = lambda *_: 204  # the library's own clock has not moved
    assert send_due(sending) == 1
    assert server.statuses[-1] == 204


def test_an_address_that_failed_for_three_days_is_disabled_and_says_so(
    city: City, server: Server, sending: Sending
) -> None:
    webhook = _connect(city, server)
    server.broken = True
    _redeem(city)
    assert isinstance(sending.clock, SetClock)
    while sending.clock.at < city.clock.now() + TRIED_FOR + timedelta(days=1):
        send_due(sending)
        sending.clock.at += timedelta(hours=3)
    (shown,) = _ask(city, "GET", "/v1/partner/webhooks")["items"]
    assert shown["disabled_at"] is not None
    (delivery,) = _ask(city, "GET", f"/v1/partner/webhooks/{webhook}/deliveries")["items"]
    assert delivery["status"] == "failed"
    _redeem(city, 1)
    tried = len(server.requests)
    send_due(sending)
    assert len(server.requests) == tried, "nothing is sent to it any more"
    assert _ask(city, "POST", f"/v1/partner/webhooks/{webhook}/enable")["disabled_at"] is None
    server.broken = False
    server.receive = lambda *_: 204
    kept = _ask(city, "GET", f"/v1/partner/webhooks/{webhook}/deliveries")["items"]
    assert [one["status"] for one in kept] == ["failed", "failed"], "what it missed while it was disabled is kept"
    for one in kept:
        city.http.post(f"/v1/partner/deliveries/{one['id']}/replay", headers=city.by("staff"))
    assert send_due(sending) == 2
    assert {request.headers["webhook-id"] for request in server.requests[-2:]} == {one["id"] for one in kept}


def test_a_changed_secret_signs_beside_the_old_one_for_a_day(city: City, server: Server, sending: Sending) -> None:
    webhook = _connect(city, server)
    old = server.secret
    server.secret = _ask(city, "POST", f"/v1/partner/webhooks/{webhook}/secret")["secret"]
    _redeem(city)
    send_due(sending)
    request = server.requests[-1]
    assert server.statuses == [204]
    assert server.receive(dict(request.headers) | {"webhook-id": "x"}, request.content, old) == 401
    assert request.headers["webhook-signature"].count("v1,") == 2
    assert isinstance(sending.clock, SetClock)
    sending.clock.at += timedelta(hours=25)
    _redeem(city, 1)
    send_due(sending)
    assert server.requests[-1].headers["webhook-signature"].count("v1,") == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://till.example.org/",
        "https://127.0.0.1/",
        "https://10.0.0.8/",
        "https://user:secret@till.example.org/",
        "https://169.254.169.254/latest",
        "till",
    ],
)
def test_an_address_in_a_private_network_is_refused_and_nothing_is_kept(
    city: City, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = httpx.URL(url).host
    monkeypatch.setattr(city.runtime.url_guard, "_resolve", lambda *_: [host if host[:1].isdigit() else "8.8.8.8"])
    refused = city.http.post("/v1/partner/webhooks", headers=city.by("staff"), json={"url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, "url-refused")
    assert _ask(city, "GET", "/v1/partner/webhooks")["items"] == []


def test_another_partner_sees_and_changes_nothing_of_it(city: City, server: Server, sending: Sending) -> None:
    webhook = _connect(city, server)
    _redeem(city)
    send_due(sending)
    city.runtime.database.in_transaction(lambda s: s.execute(text("UPDATE webhook_endpoints SET partner_id = -1")))
    for method, path in (
        ("GET", f"/v1/partner/webhooks/{webhook}/deliveries"),
        ("POST", f"/v1/partner/webhooks/{webhook}/secret"),
        ("DELETE", f"/v1/partner/webhooks/{webhook}"),
        ("POST", f"/v1/partner/deliveries/{server.requests[0].headers['webhook-id']}/replay"),
    ):
        assert city.http.request(method, path, headers=city.by("staff")).status_code == 404


def test_a_partner_has_five_addresses_at_most_and_can_remove_one(city: City, server: Server) -> None:
    ids = [_connect(city, server) for _ in range(5)]
    refused = city.http.post(
        "/v1/partner/webhooks", headers=city.by("staff"), json={"url": "https://till.example.org/"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-webhooks")
    assert city.http.delete(f"/v1/partner/webhooks/{ids[0]}", headers=city.by("staff")).status_code == 204
    assert len(_ask(city, "GET", "/v1/partner/webhooks")["items"]) == 4
