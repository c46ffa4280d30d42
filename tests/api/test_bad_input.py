"""Every refusal is a problem with a stable code, written for who gets it, and repeats nothing of what was sent."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.city import City
from tests.earning.world import TAPS, tap

PAN = "4111 1111 1111 1111"
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b'{"a": 1,}', "trailing comma"),
        (b'{"id": NaN}', "invalid character"),
        (b'{"id": -Infinity}', "invalid"),
        (b'{"id": 1e999}', "number"),
        (b'{"id": "\xff"}', "UTF-8"),
        (b'\xef\xbb\xbf{"id": "1"}', "invalid character"),
        (b'{"id": "1", "id": "2"}', "two members"),
        (b'{"id" : "1", "data": {"a" : 1, "a" : 2}}', "two members"),
        (b'{"id": "\\ud800"}', "good JSON"),
        (b"[" * 200_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b"1" * 5000, "number"),
        ("{}".encode("utf-16"), "good JSON"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/vouchers/check"])
def test_broken_json_is_refused_and_says_where(city: City, path: str, body: bytes, hint: str) -> None:
    who, kind = ("taps", STRUCTURED) if path == "/v1/events" else ("staff", {"Content-Type": "application/json"})
    answer = city.http.post(path, content=body, headers=city.by(who) | kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "json-malformed"), answer.text
    assert hint in answer.json()["detail"]


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("admin", "/v1/reversals", rb'{"source": "a", "id": "x\u0000", "reason": "Why."}'),
        ("admin", "/v1/clawbacks", rb'{"source": "a\u0000", "id": "x", "points": 1, "reason": "Why."}'),
        ("resident", "/v1/me/appeals", rb'{"source": "a", "id": "\u0000", "text": "Why."}'),
        ("editor", "/v1/rules", rb'{"document": {"a\u0000": [{"b": "\u0000"}]}}'),
    ],
)
def test_a_null_character_which_no_text_can_hold_is_refused(city: City, who: str, path: str, body: bytes) -> None:
    headers = city.by(who) | {"Content-Type": "application/json"}
    answer = city.http.post(path, content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert "null character" in answer.json()["detail"]


def test_a_text_that_only_writes_of_it_is_none(city: City) -> None:
    order = {"text": "I typed \\u0000 and it broke."}
    assert city.http.post("/v1/me/complaints", json=order, headers=city.by("resident")).status_code == 201


def test_a_byte_says_where_the_json_breaks(city: City) -> None:
    answer = city.http.post("/v1/events", content=b'{"id" 7}', headers=city.by("taps") | STRUCTURED)
    assert answer.json()["byte"] == 6


def test_a_colon_inside_a_text_is_no_second_member(city: City) -> None:
    answer = city.send({"id": '":":', "a b": ['"x" :', {"n": ":"}]})
    assert answer.json()["code"] == "event-malformed"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"id": None}, 400, "event-malformed"),
        ({"id": ""}, 400, "event-malformed"),
        ({"id": 7}, 400, "event-malformed"),
        ({"id": "a/b"}, 400, "event-malformed"),
        ({"id": "a\0b"}, 400, "event-malformed"),
        ({"id": "a\u202eb"}, 400, "event-malformed"),
        ({"id": "x" * 129}, 400, "event-malformed"),
        ({"source": "urn:a/b"}, 400, "event-malformed"),
        ({"source": ["urn:a"]}, 400, "event-malformed"),
        ({"source": "urn:leeds:check-in"}, 403, "source-not-yours"),
        ({"source": "urn:no:such"}, 403, "source-not-yours"),
        ({"type": "litter.pick", "data": {}}, 403, "event-type-not-yours"),
        ({"type": "no.such"}, 422, "event-type-unknown"),
        ({"type": "transit.trip"}, 422, "event-type-unknown"),
        ({"type": 7}, 422, "event-type-unknown"),
        ({"time": "2026-11-23T12:00:00Z"}, 422, "event-in-future"),
        ({"time": "2026-11-01T12:00:00Z"}, 422, "event-too-late"),
        ({"time": "0001-01-01T00:00:00+14:00"}, 422, "event-too-late"),
        ({"time": "9999-12-31T23:59:59-12:00"}, 422, "event-in-future"),
        ({"datacontenttype": "text/csv"}, 400, "event-malformed"),
        ({"datacontenttype": 7}, 400, "event-malformed"),
        ({"time": "yesterday"}, 400, "event-malformed"),
        ({"time": "2026-11-22T11:00:00"}, 400, "event-malformed"),
        ({"subject": f"card:{PAN}"}, 422, "bank-card-number"),
        ({"subject": PAN}, 422, "bank-card-number"),
        ({"subject": "card:"}, 422, "subject-malformed"),
        ({"subject": "card:a b"}, 422, "subject-malformed"),
        ({"subject": "card:\0"}, 422, "subject-malformed"),
        ({"subject": {"card": 1}}, 422, "subject-malformed"),
        ({"data": {"mode": "bus", "leg": "on", "stop": "450010441", "fare_pence": -1}}, 422, "data-invalid"),
        ({"data": {"mode": "bus", "leg": "on", "stop": 450010441}}, 422, "data-invalid"),
        ({"data": {"mode": "bus", "leg": "on", "fare_pence": 10**30}}, 422, "data-invalid"),
        ({"data": {"mode": "bus", "leg": "on", "fare_pence": 2.5}}, 422, "data-invalid"),
        ({"data": [1]}, 422, "data-invalid"),
        ({"data": None}, 422, "data-invalid"),
        ({"data": {"\0": "\0"}}, 422, "data-invalid"),
    ],
)
def test_an_event_that_is_wrong_is_refused_with_why(
    city: City, number: int, changes: dict[str, Any], status: int, code: str
) -> None:
    event = tap(number, city.clock.now() - timedelta(hours=1)) | changes
    answer = city.send({name: value for name, value in event.items() if value is not None or name == "data"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail"].endswith((".", "Z."))
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_bank_card_number_is_neither_repeated_nor_logged(
    city: City, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    event = tap(number, city.clock.now()) | {"subject": f"card:{PAN}"}
    answer = city.send(event)
    batch = city.http.post(
        "/v1/events",
        content=json.dumps([event]),
        headers=city.by("taps") | {"Content-Type": "application/cloudevents-batch+json"},
    )
    logged = capsys.readouterr()
    for text in (answer.text, batch.text, logged.out, logged.err):
        assert "1111" not in text
    assert '"route": "/v1/events"' in logged.err


def test_unicode_subjects_in_different_forms_are_one_card(city: City, number: int) -> None:
    event = tap(number, city.clock.now() - timedelta(hours=1)) | {"subject": "card:é"}
    assert city.send(event).json()["results"][0]["status"] == "not_enrolled"
    decomposed = event | {"subject": "card:é", "id": f"T-{number + 1}"}
    assert city.send(decomposed).json()["results"][0]["status"] == "not_enrolled"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/events/urn:wymetro:taps/a%2Fb",
        "/v1/events/urn:wymetro:taps/a%00b",
        "/v1/events/%00/x",
        "/v1/events/urn:wymetro:taps/%FF%FE",
        "/v1/events/urn:wymetro:taps/" + "x" * 3000,
        "/v1/sources/%00/tokens",
        "/v1/nothing",
    ],
)
def test_a_path_that_names_nothing_is_not_found(city: City, path: str) -> None:
    answer = city.http.get(path, headers=city.by("taps"))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/v1/rewards?limit=many", "limit"),
        ("/v1/rewards?limit=0", "limit"),
        ("/v1/rewards?limit=1e9", "limit"),
        (f"/v1/rewards?text={'x' * 101}", "text"),
    ],
)
def test_a_wrong_parameter_is_named_and_not_repeated(city: City, path: str, where: str) -> None:
    answer = city.http.get(path)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "parameter-invalid", where)
    assert "many" not in answer.text
    assert "input" not in answer.json()


def test_odd_searches_find_nothing_and_break_nothing(city: City) -> None:
    for text in ("\0", "%", "_", "'", "\\", "\U0001d54f", "a" * 100):
        assert city.http.get("/v1/rewards", params={"text": text}).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "é".encode(), b"\x7f", "x" * 256])
def test_an_unfit_idempotency_key_is_refused(city: City, key: str | bytes) -> None:
    written = key if isinstance(key, bytes) else key.encode()
    headers = {b"Idempotency-Key": written, b"Authorization": city.resident(0)["Authorization"].encode()}
    answer = city.http.post("/v1/redemptions", json={"reward_id": city.rewards["drink"]}, headers=headers)
    assert (answer.status_code, answer.json()["where"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize("body", [{}, [], "x", 7, {"reward_id": None}, {"reward_id": 7}, {"reward_id": "x" * 65}])
def test_a_body_with_the_wrong_content_is_refused_with_where(city: City, body: object) -> None:
    answer = city.http.post("/v1/redemptions", json=body, headers=city.resident(0))
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")
    assert answer.json()["where"].startswith("$")
    assert "xxxx" not in answer.text


@pytest.mark.parametrize(
    "written", ["", "rew_", "rew_zz", "red_" + "0" * 32, "rew_" + "0" * 32, "rew_" + "\u0660" * 32]
)
def test_an_unknown_reward_is_not_found(city: City, written: str) -> None:
    answer = city.http.post("/v1/redemptions", json={"reward_id": written}, headers=city.resident(0))
    assert (answer.status_code, answer.json()["code"]) == (404, "reward-unknown")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/me/balance", "GET, HEAD"),
        ("/v1/redemptions", "GET, HEAD, POST"),
        ("/v1/vouchers/check", "POST"),
        ("/docs", "GET, HEAD"),
    ],
)
def test_a_wrong_method_names_the_right_ones(city: City, path: str, allowed: str) -> None:
    answer = city.http.delete(path)
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "method-not-allowed", allowed)
    assert allowed in answer.json()["detail"]


def test_nothing_of_a_refused_event_is_kept(city: City, number: int) -> None:
    event = tap(number, city.clock.now() - timedelta(hours=1), card=4)
    assert city.send(event | {"data": {}}).status_code == 422
    assert city.http.get(f"/v1/events/{TAPS}/T-{number}", headers=city.by("taps")).status_code == 404
    assert city.send(event).json()["results"][0]["status"] in {"awarded", "recorded"}


@pytest.mark.parametrize("written", ["application/json; charset=utf-8", "Application/JSON", "application/json ;a=b"])
def test_data_are_json_whatever_parameters_their_type_has(city: City, number: int, written: str) -> None:
    event = tap(number, city.clock.now() - timedelta(hours=1)) | {"datacontenttype": written}
    assert city.send(event).json()["results"][0]["status"] in {"awarded", "recorded", "duplicate"}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/vouchers/check", "/oauth/token"])
def test_a_compressed_body_is_refused_as_such(city: City, path: str) -> None:
    who, kind = ("taps", STRUCTURED) if path == "/v1/events" else ("staff", {"Content-Type": "application/json"})
    if path == "/oauth/token":
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
    headers = city.by(who) | kind | {"Content-Encoding": "gzip"}
    answer = city.http.post(path, content=gzip.compress(b"{}"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "content-encoding-unsupported")
    assert "compression" in answer.json()["detail"]
    assert answer.headers["accept-encoding"] == "identity"
    plain = city.http.post(path, content=b"{}", headers=headers | {"Content-Encoding": "identity"})
    assert plain.status_code != 415
