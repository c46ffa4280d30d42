"""Files over HTTP, and how far sources have come."""

from __future__ import annotations

import base64
import csv
import hashlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from sqlmodel import Session

from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.importing.declaration import ImportMap
from app.earning.importing.doors import open_door
from app.earning.importing.work import make_tools, work_next
from app.web.api import upload
from tests.api.city import City, build_city
from tests.api.conftest import NOW
from tests.api.serving import served
from tests.api.undone import UndoneCity

DOOR = "bus-taps"
HEADER = "tap,card,at,stop\n"
TAP_MAP = ImportMap.model_validate(
    {
        "title": "Bus taps",
        "source": "urn:wymetro:taps",
        "type": "transit.tap",
        "evidence": "verified",
        "subject": "card:{card}",
        "id": {"template": "{tap}"},
        "time": {"column": "at"},
        "data": {"mode": {"constant": "bus"}, "leg": {"constant": "on"}, "stop": {"column": "stop"}},
    }
)


def tap(number: int, *, card: str = "0", at: str = "2026-11-20T08:00:00Z") -> str:
    return f"T-{number},{card},{at},450010441\n"


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    """The API tests' city with a door for its buses. Nobody works on files until a test does."""
    made = undone_city(NOW)
    made.runtime.database.in_transaction(_open)
    return made


def _open(session: Session) -> None:
    open_door(session, name=DOOR, declared=TAP_MAP, schedule="daily", now=NOW)


def send(
    city: City, content: str, *, who: str = "taps", door: str = DOOR, name: str = "taps.csv", **headers: str
) -> httpx2.Response:
    sent = (
        city.by(who) | {"Content-Type": "text/csv"} | {key.replace("_", "-"): value for key, value in headers.items()}
    )
    return city.http.post("/v1/imports", params={"door": door, "name": name}, content=content, headers=sent)


def work(city: City) -> None:
    runtime = city.runtime
    tools = make_tools(runtime.secrets, runtime.settings)
    while work_next(runtime.database, tools=tools, clock=runtime.clock):
        pass


def show(city: City, sent: httpx2.Response, *, who: str = "taps") -> dict[str, Any]:
    answer: dict[str, Any] = city.http.get(f"/v1/imports/{sent.json()['id']}", headers=city.by(who)).json()
    return answer


def test_a_file_that_was_sent_is_worked_on_and_says_how_far_it_is(city: City) -> None:
    sent = send(city, HEADER + tap(1) + tap(2, card="nobody") + tap(3, at="yesterday"))
    assert sent.status_code == 202
    assert (sent.json()["status"], sent.json()["percent"]) == ("waiting", 0)
    work(city)
    shown = show(city, sent)
    assert (shown["status"], shown["percent"], shown["reason"]) == ("done", 100, None)
    rows = shown["rows"]
    assert (rows["read"], rows["not_enrolled"], rows["rejected"]) == (3, 1, 1)
    assert sum(rows.values()) == 2 * rows["read"]
    errors = city.http.get(f"/v1/imports/{shown['id']}/errors", headers=city.by("taps"))
    assert errors.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(errors.text.splitlines())) == [
        ["line", "column", "reason", "code"],
        ["4", "at", "This is not an ISO 8601 time.", "time-malformed"],
    ]
    assert show(city, sent, who="officer") == shown


def test_a_form_with_a_file_is_the_same(city: City) -> None:
    sent = city.http.post(
        "/v1/imports",
        params={"door": DOOR},
        files={"file": ("../../etc/taps.csv", HEADER + tap(1))},
        headers=city.by("taps"),
    )
    assert sent.status_code == 202
    assert sent.json()["name"] == "taps.csv"
    work(city)
    assert show(city, sent)["rows"]["read"] == 1


@pytest.mark.parametrize("form", [{"other": ("a.csv", "x")}, {"file": ("a.csv", "x"), "more": ("b.csv", "y")}])
def test_a_form_without_its_one_file_is_refused(city: City, form: dict[str, tuple[str, str]]) -> None:
    sent = city.http.post("/v1/imports", params={"door": DOOR}, files=form, headers=city.by("taps"))
    assert (sent.status_code, sent.json()["code"]) == (422, "body-invalid")


def test_a_broken_file_says_its_line_and_reason(city: City) -> None:
    sent = send(city, HEADER + tap(1) + "T-2,0")
    work(city)
    shown = show(city, sent)
    assert shown["status"] == "quarantined"
    assert shown["reason"]["code"] == "row-broken"
    assert shown["reason"]["line"] == 3
    errors = city.http.get(f"/v1/imports/{shown['id']}/errors", headers=city.by("taps")).text.splitlines()
    assert errors[1].startswith("3,,")
    assert city.http.get("/v1/events/urn:wymetro:taps/T-1", headers=city.by("taps")).status_code == 404


def test_the_same_content_twice_names_the_earlier_import(city: City) -> None:
    first = send(city, HEADER + tap(1), name="monday.csv")
    again = send(city, HEADER + tap(1), name="tuesday.csv")
    assert (again.status_code, again.json()["code"]) == (409, "file-already-taken")
    assert again.json()["earlier_id"] == first.json()["id"]
    assert again.json()["earlier_name"] == "monday.csv"


def test_a_key_makes_a_repeated_upload_one(city: City) -> None:
    first = send(city, HEADER + tap(1), Idempotency_Key="k1")
    assert send(city, HEADER + tap(1), Idempotency_Key="k1").json() == first.json()
    other = send(city, HEADER + tap(2), Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("who", "door", "status", "code"),
    [
        ("taps", "no-such-door", 404, "door-unknown"),
        ("taps", "../drop", 404, "door-unknown"),
        ("check_in", DOOR, 404, "door-unknown"),
        ("till", DOOR, 403, "scope-missing"),
        ("resident", DOOR, 403, "scope-missing"),
    ],
)
def test_a_file_comes_only_through_a_door_of_its_own_source(
    city: City, who: str, door: str, status: int, code: str
) -> None:
    refused = send(city, HEADER + tap(1), who=who, door=door)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_another_source_sees_nothing_of_the_file(city: City) -> None:
    sent = send(city, HEADER + tap(1))
    for path in (f"/v1/imports/{sent.json()['id']}", f"/v1/imports/{sent.json()['id']}/errors"):
        hidden = city.http.get(path, headers=city.by("check_in"))
        assert (hidden.status_code, hidden.json()["code"]) == (404, "import-unknown")
    assert city.http.get("/v1/imports", headers=city.by("check_in")).json()["items"] == []


def test_files_are_listed_newest_first_in_pages(city: City) -> None:
    sent = []
    for number in range(3):
        city.clock.at = NOW.replace(minute=number)
        sent.append(send(city, HEADER + tap(number)).json()["id"])
    first = city.http.get("/v1/imports", params={"limit": 2}, headers=city.by("taps"))
    rest = city.http.get("/v1/imports", params={"after": first.json()["after"]}, headers=city.by("officer")).json()
    assert [one["id"] for one in first.json()["items"] + rest["items"]] == sent[::-1]
    assert rest["after"] is None


def test_a_body_that_is_too_large_is_refused(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "LIMIT_BYTES", 100)
    refused = send(city, HEADER + tap(1) * 10)
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")


def test_a_file_larger_than_other_bodies_may_be_is_taken(city: City) -> None:
    sent = send(city, HEADER + "".join(tap(number, card="nobody") for number in range(30_000)))
    assert sent.status_code == 202
    assert sent.json()["size_bytes"] > 1 << 20


@pytest.mark.parametrize("kind", ["application/json", "", "application/x-www-form-urlencoded"])
def test_a_body_of_another_type_is_refused(city: City, kind: str) -> None:
    refused = send(city, HEADER + tap(1), Content_Type=kind)
    assert (refused.status_code, refused.json()["code"]) == (415, "content-type-unsupported")


def test_a_digest_that_was_sent_along_is_compared(city: City) -> None:
    content = HEADER + tap(1)
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    refused = send(city, HEADER + tap(2), Content_Digest=f"sha-256=:{digest}:")
    assert (refused.status_code, refused.json()["code"]) == (422, "content-differs")
    malformed = send(city, content, Content_Digest="sha-256=:AAAA:")
    assert (malformed.status_code, malformed.json()["code"]) == (400, "parameter-invalid")
    assert send(city, content, Content_Digest=f"md5=:AA==:, sha-256=:{digest}:").status_code == 202


def test_a_source_that_sends_faster_than_we_work_has_to_wait(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.earning.importing.files.MOST_WAITING", 1)
    assert send(city, HEADER + tap(1)).status_code == 202
    refused = send(city, HEADER + tap(2))
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-files-waiting")
    work(city)
    assert send(city, HEADER + tap(2)).status_code == 202


def test_of_the_same_file_sent_many_times_at_once_one_is_taken(database: Database, secrets: Secrets) -> None:
    city = build_city(database, secrets, NOW)
    city.runtime.database.in_transaction(_open)
    with ThreadPoolExecutor(8) as senders:
        sent = list(senders.map(lambda number: send(city, HEADER + tap(1), name=f"{number}.csv"), range(8)))
    assert sorted(one.status_code for one in sent) == [202] + [409] * 7
    assert len({one.json().get("earlier_id") or one.json()["id"] for one in sent}) == 1


def test_a_running_server_works_on_files_also_on_those_from_before_it_started(
    database: Database, secrets: Secrets
) -> None:
    city = build_city(database, secrets, NOW)
    city.runtime.database.in_transaction(_open)
    before = send(city, HEADER + tap(1))
    with city.http:
        during = send(city, HEADER + tap(2))
        deadline = time.monotonic() + 30
        while {show(city, sent)["status"] for sent in (before, during)} != {"done"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("till", 403), ("taps", 404)])
def test_whoever_is_refused_gets_to_read_why_however_much_they_send(
    database: Database, secrets: Secrets, who: str | None, status: int
) -> None:
    """Over a real socket: a server that closes it on unread bytes takes its answer back."""
    city = build_city(database, secrets, NOW)
    size = 8 << 20
    head = ["POST /v1/imports?door=none HTTP/1.1", "Host: test", f"Content-Length: {size}", "Content-Type: text/csv"]
    head += ["Connection: close"]
    head += [f"Authorization: Bearer {city.tokens[who]}"] if who else []
    with served(city.app) as address, socket.create_connection(address, timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + b"x" * size)
        assert connection.recv(65536).split()[1] == str(status).encode()


def test_whoever_asks_beforehand_need_not_send_what_is_refused(database: Database, secrets: Secrets) -> None:
    city = build_city(database, secrets, NOW)
    head = ["POST /v1/imports?door=none HTTP/1.1", "Host: test", "Content-Length: 9000000", "Expect: 100-continue"]
    with served(city.app) as address, socket.create_connection(address, timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        assert connection.recv(65536).split()[1] == b"401"


def test_a_source_is_complete_to_the_newest_day_of_its_file(city: City) -> None:
    def mine() -> dict[str, Any]:
        items = city.http.get("/v1/me/sources", headers=city.by("resident")).json()["items"]
        found: dict[str, Any] = {one["source"]: one for one in items}["urn:wymetro:taps"]
        return found

    before = mine()
    assert before["complete_to"] is None
    assert before["sentence"].startswith("It is not known yet up to which day this is complete.")
    send(city, HEADER + tap(1, at="2026-11-19T08:00:00Z") + tap(2, card="nobody"))
    work(city)
    after = mine()
    assert (after["complete_to"], after["next_expected_on"], after["late"]) == ("2026-11-20", "2026-11-22", False)
    assert after["sentence"] == ("Complete to Friday 20 November. The next file is expected on Sunday 22 November.")


def test_a_resident_sees_the_sources_that_can_earn_and_a_machine_its_own(city: City) -> None:
    mine, own, all_of_them = (
        [one["source"] for one in city.http.get(path, headers=city.by(who)).json()["items"]]
        for path, who in (("/v1/me/sources", "resident"), ("/v1/sources", "taps"), ("/v1/sources", "officer"))
    )
    assert own == ["urn:wymetro:taps"]
    assert set(own) < set(mine) <= set(all_of_them)
