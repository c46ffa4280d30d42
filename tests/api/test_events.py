"""Events in, by every content mode of CloudEvents, and what becomes of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.api.city import City
from tests.earning.world import CHECK_IN, TAPS, tap

BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def _tap(city: City, number: int, **changes: object) -> dict[str, Any]:
    return tap(number, city.clock.now() - timedelta(hours=1), card=5) | changes


def _binary(event: dict[str, Any]) -> dict[str, str]:
    return {f"ce-{name}": str(value) for name, value in event.items() if name != "data"}


def test_the_three_modes_say_the_same(city: City, number: int) -> None:
    event = _tap(city, number)
    assert city.send(event).json()["results"][0]["status"] in {"awarded", "recorded"}
    batched = city.http.post("/v1/events", content=json.dumps([event, event]), headers=city.by("taps") | BATCH)
    assert [one["status"] for one in batched.json()["results"]] == ["duplicate", "duplicate"]
    binary = city.http.post("/v1/events", json=event["data"], headers=city.by("taps") | _binary(event))
    assert [one["status"] for one in binary.json()["results"]] == ["duplicate"]


def test_binary_attributes_are_percent_decoded_once(city: City, number: int) -> None:
    event = _tap(city, number, id=f"é%20-{number}")
    assert city.send(event).status_code == 200
    headers = _binary(event) | {"ce-id": f'"%C3%A9%2520-{number}"'}
    binary = city.http.post("/v1/events", json=event["data"], headers=city.by("taps") | headers)
    assert binary.json()["results"][0]["status"] == "duplicate"


@pytest.mark.parametrize(
    ("header", "value"),
    [("ce-id", "%ff"), ("ce-data", "1"), ("ce-data_base64", "MQ=="), ("ce-datacontenttype", "application/json")],
)
def test_a_binary_header_that_makes_no_sense_is_refused(city: City, number: int, header: str, value: str) -> None:
    event = _tap(city, number)
    headers = city.by("taps") | _binary(event) | {header: value}
    answer = city.http.post("/v1/events", json=event["data"], headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "parameter-invalid", header)


def test_a_bad_event_does_not_sink_the_batch(city: City, number: int) -> None:
    good = _tap(city, number)
    bad = [_tap(city, number + 1, type="transit.teleport"), {"id": "x"}, 7, None]
    batch = [bad[0], good, *bad[1:]]
    results = city.http.post("/v1/events", content=json.dumps(batch), headers=city.by("taps") | BATCH).json()["results"]
    assert [one["status"] for one in results][0::2] == ["rejected", "rejected", "rejected"]
    assert results[1]["status"] in {"awarded", "recorded"}
    assert results[0]["problem"]["code"] == "event-type-unknown"
    assert results[2]["problem"]["status"] == 400


def test_a_lone_refused_event_gets_the_refusal_as_its_answer(city: City, number: int) -> None:
    for event, status, code in (
        (_tap(city, number, type="transit.teleport"), 422, "event-type-unknown"),
        (_tap(city, number, source=CHECK_IN), 403, "source-not-yours"),
        (_tap(city, number, specversion="0.3"), 400, "event-malformed"),
    ):
        answer = city.send(event)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_same_id_with_another_body_is_a_conflict(city: City, number: int) -> None:
    assert city.send(_tap(city, number)).status_code == 200
    changed = city.send(_tap(city, number, data={"mode": "bus", "leg": "on", "stop": "450099999"}))
    assert (changed.status_code, changed.json()["code"]) == (409, "event-changed")


def test_a_card_that_nobody_enrolled_is_counted_and_not_kept(city: City, number: int) -> None:
    answer = city.send(_tap(city, number, subject="card:nobody-has-this"))
    assert answer.json()["results"][0]["status"] == "not_enrolled"
    assert city.http.get(f"/v1/events/{TAPS}/T-{number}", headers=city.by("taps")).status_code == 404


def test_a_batch_of_a_thousand_is_one_answer_and_one_more_is_refused(city: City, number: int) -> None:
    batch = [_tap(city, number + index, subject="card:nobody-has-this") for index in range(1000)]
    answer = city.http.post("/v1/events", content=json.dumps(batch), headers=city.by("taps") | BATCH)
    assert len(answer.json()["results"]) == 1000
    larger = city.http.post("/v1/events", content=json.dumps([*batch, batch[0]]), headers=city.by("taps") | BATCH)
    assert (larger.status_code, larger.json()["code"]) == (422, "batch-too-large")
    empty = city.http.post("/v1/events", content=b"[]", headers=city.by("taps") | BATCH)
    assert empty.json() == {"results": []}


def test_the_type_of_the_body_decides_how_it_is_read(city: City, number: int) -> None:
    event = json.dumps(_tap(city, number))
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = city.http.post("/v1/events", content=event, headers=city.by("taps") | {"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "content-type-unsupported")
    charset = {"Content-Type": "Application/CloudEvents+JSON; charset=UTF-8"}
    assert city.http.post("/v1/events", content=event, headers=city.by("taps") | charset).status_code == 200
    object_as_batch = city.http.post("/v1/events", content=event, headers=city.by("taps") | BATCH)
    assert (object_as_batch.status_code, object_as_batch.json()["code"]) == (422, "body-invalid")


def test_only_who_may_see_an_event_sees_it(city: City, number: int) -> None:
    assert city.send(_tap(city, number, subject="card:1")).status_code == 200
    path = f"/v1/events/{TAPS}/T-{number}"
    for headers in (city.by("taps"), city.resident(1), city.by("officer")):
        assert city.http.get(path, headers=headers).json()["id"] == f"T-{number}"
        assert city.http.get(f"{path}/explanation", headers=headers).json()["id"] == f"T-{number}"
    for headers in (city.by("check_in"), city.resident(2)):
        for asked in (path, f"{path}/explanation"):
            answer = city.http.get(asked, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "event-unknown")
    for who in ("till", "staff"):
        assert city.http.get(path, headers=city.by(who)).json()["code"] == "scope-missing"


def test_a_machine_learns_no_fact_of_the_resident(city: City, number: int) -> None:
    assert city.send(_tap(city, number, subject="card:1")).status_code == 200
    path = f"/v1/events/{TAPS}/T-{number}"
    for text in (
        city.http.get(path, headers=city.by("taps")).text,
        city.http.get(f"{path}/explanation", headers=city.by("taps")).text,
    ):
        assert "Armley" not in text
        assert "not_eligible" not in text
        assert city.residents[1] not in text


MOST_PAGES = 200


def test_people_read_the_day_and_the_mode_of_a_trip_and_never_its_minute(city: City, number: int) -> None:
    """The machine that sent it reads it back as it was sent."""
    at = city.clock.now() - timedelta(hours=3, minutes=17, seconds=9)
    times = [at + timedelta(minutes=61 * turn) for turn in range(3)]
    for turn, when in enumerate(times):
        assert city.send(tap(number + turn, when, card=4, stop="45012345")).is_success
    told = [f"{when:%H:%M}|:{when.hour * 60 + when.minute}\\b|{when.timestamp():.0f}" for when in times]
    path, clock = (
        f"/v1/events/{TAPS}/T-{number}",
        re.compile("|".join([*told, "45012345", f"{city.clock.now():%H:%M}"])),
    )
    for headers in (city.resident(4), city.by("officer"), city.by("admin")):
        for asked in (path, f"{path}/explanation"):
            answer = city.http.get(asked, headers=headers)
            assert answer.json()["on"] == at.date().isoformat()
            assert clock.findall(answer.text.replace(TAPS, "")) == []
    mine, url = [f"T-{number + turn}" for turn in (2, 1, 0)], "/v1/me/activity?limit=1"
    pages: list[httpx2.Response] = []
    while url and len(pages) < MOST_PAGES:  # others of this file have sent for the same resident
        pages.append(city.http.get(url, headers=city.resident(4)))
        url = pages[-1].links.get("next", {}).get("url", "")
    found = [page for page in pages if page.json()["items"][0]["id"] in mine]
    assert [page.json()["items"][0]["id"] for page in found] == mine
    for page in found:
        assert clock.findall(page.text.replace(TAPS, "") + page.headers.get("Link", "")) == []
    if following := pages[0].links.get("next"):
        assert city.http.get(following["url"], headers=city.resident(3)).json()["code"] == "cursor-unknown"
    sent = city.http.get(path, headers=city.by("taps")).json()
    assert sent["happened_at"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert {type(one["effective_at"]) for one in sent["transfers"]} <= {str}


def test_an_event_is_voided_by_its_own_source_only_and_once(city: City, number: int) -> None:
    assert city.send(_tap(city, number, subject="card:1")).status_code == 200
    path = f"/v1/events/{TAPS}/T-{number}/void"
    reason = {"reason": "Sent by mistake"}
    assert city.http.post(path, json=reason, headers=city.by("check_in")).status_code == 404
    assert city.http.post(path, json=reason, headers=city.resident(1)).status_code == 403
    done = city.http.post(path, json=reason, headers=city.by("taps"))
    assert done.status_code == 200
    shown = city.http.get(f"/v1/events/{TAPS}/T-{number}", headers=city.resident(1)).json()
    assert (shown["points"], shown["void_reason"]) == (0, "Sent by mistake")
    again = city.http.post(path, json=reason, headers=city.by("taps")).json()
    assert again["voided_at"] == done.json()["voided_at"]
    explained = city.http.get(f"/v1/events/{TAPS}/T-{number}/explanation", headers=city.resident(1))
    assert explained.json()["points"] == 0


@pytest.mark.parametrize("reason", ["", "x" * 501, "a\0b", 7, None])
def test_a_reason_for_a_void_must_be_words(city: City, reason: object) -> None:
    answer = city.http.post(f"/v1/events/{TAPS}/T-1/void", json={"reason": reason}, headers=city.by("taps"))
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (
        422,
        "body-invalid",
        "$" if reason == "a\0b" else "$.reason",
    )


def test_a_source_gets_the_tokens_that_it_may_send(city: City) -> None:
    first = city.http.get(f"/v1/sources/{TAPS}/tokens", headers=city.by("taps")).json()
    assert {"token": "card:1", "enrolled": True} in first["items"]
    rest = city.http.get(f"/v1/sources/{TAPS}/tokens", params={"after": first["after"]}, headers=city.by("taps"))
    assert rest.json()["items"] == []
    for source in (CHECK_IN, "urn:no:such"):
        answer = city.http.get(f"/v1/sources/{source}/tokens", headers=city.by("taps"))
        assert (answer.status_code, answer.json()["code"]) == (404, "source-unknown")


def test_the_catalogue_is_open_and_has_a_schema_for_every_type(city: City) -> None:
    types = {one["type"]: one for one in city.http.get("/v1/event-types").json()["items"]}
    assert types["transit.tap"]["schema"]["type"] == "object"
    assert types["transit.trip"]["derived"]
