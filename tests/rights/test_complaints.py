"""Complaints with their clock, and appeals that somebody else decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.api.city import City, bearer
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import RIDES, ride


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    return undone_city(NOW)


def post(city: City, path: str, who: str, **order: object) -> httpx2.Response:
    headers = bearer(city.token(city.officers[who], "officer")) if who in city.officers else city.resident(int(who))
    return city.http.post(path, json=order, headers=headers)


def items(city: City, path: str, who: str) -> list[dict[str, Any]]:
    headers = bearer(city.token(city.officers[who], "officer")) if who in city.officers else city.resident(int(who))
    found: list[dict[str, Any]] = city.http.get(path, headers=headers).json()["items"]
    return found


def test_a_complaint_has_thirty_days_to_be_acknowledged_and_is_answered_once(city: City) -> None:
    made = post(city, "/v1/me/complaints", "0", text="The gate never reads my card.").json()
    assert (made["state"], made["overdue"]) == ("new", False)
    assert datetime.fromisoformat(made["due_at"]) == NOW + timedelta(days=30)
    city.clock.at = NOW + timedelta(days=31)
    [waiting] = items(city, "/v1/complaints", "support")
    assert (waiting["id"], waiting["overdue"]) == (made["id"], True)
    for _ in range(2):
        told = post(city, f"/v1/complaints/{made['id']}/acknowledge", "support").json()
        assert (told["state"], told["overdue"]) == ("acknowledged", False)
    answered = post(city, f"/v1/complaints/{made['id']}/answer", "approver", answer="Mended.")
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    again = post(city, f"/v1/complaints/{made['id']}/answer", "support", answer="Mended twice.")
    assert (again.status_code, again.json()["code"]) == (409, "complaint-answered")
    assert items(city, "/v1/complaints", "support") == []
    assert [one["answer"] for one in items(city, "/v1/complaints?state=done", "auditor")] == ["Mended."]
    assert [one["answer"] for one in items(city, "/v1/me/complaints", "0")] == ["Mended."]
    assert items(city, "/v1/me/complaints", "1") == []


def test_complaints_come_soonest_due_first_and_in_pages(city: City) -> None:
    for minute in range(3):
        city.clock.at = NOW + timedelta(minutes=minute)
        post(city, "/v1/me/complaints", str(minute), text=f"Complaint {minute}")
    page = city.http.get("/v1/complaints?limit=2", headers=city.by("support")).json()
    rest = city.http.get(f"/v1/complaints?after={page['after']}", headers=city.by("support")).json()
    assert [one["text"] for one in page["items"] + rest["items"]] == [f"Complaint {minute}" for minute in range(3)]


def refuse(city: City) -> None:
    """A ride that was held and that support refused."""
    city.world.send([ride(1, NOW - timedelta(hours=2), 60_000, seconds=600)])
    [case] = items(city, "/v1/review", "support")
    decided = post(city, f"/v1/review/{case['id']}/decide", "support", decision="refuse", reason="Nobody is so fast.")
    assert decided.status_code == 200


def test_an_appeal_goes_to_somebody_else_and_lets_what_was_refused_count(city: City) -> None:
    refuse(city)
    before = city.balance()["available"]
    made = post(city, "/v1/me/appeals", "0", source=RIDES, id="R-1", text="It was downhill.").json()
    assert [one["id"] for one in items(city, "/v1/appeals", "approver")] == [made["id"]]
    own = post(city, f"/v1/appeals/{made['id']}/decide", "support", decision="changed", reason="Me again.")
    assert (own.status_code, own.json()["code"]) == (403, "own-decision")
    decided = post(city, f"/v1/appeals/{made['id']}/decide", "approver", decision="changed", reason="It was.").json()
    assert (decided["decision"], decided["reason"]) == ("changed", "It was.")
    assert city.balance()["available"] > before
    again = post(city, f"/v1/appeals/{made['id']}/decide", "approver", decision="stands", reason="No.")
    assert (again.status_code, again.json()["code"]) == (409, "appeal-decided")
    assert [one["decision"] for one in items(city, "/v1/me/appeals", "0")] == ["changed"]


def test_an_appeal_that_fails_changes_nothing_and_is_made_once(city: City) -> None:
    refuse(city)
    before = city.balance()
    made = post(city, "/v1/me/appeals", "0", source=RIDES, id="R-1", text="It was downhill.").json()
    twice = post(city, "/v1/me/appeals", "0", source=RIDES, id="R-1", text="Again.")
    assert (twice.status_code, twice.json()["code"]) == (409, "appealed-already")
    post(city, f"/v1/appeals/{made['id']}/decide", "approver", decision="stands", reason="It was not.")
    assert city.balance() == before
    assert post(city, "/v1/me/appeals", "0", source=RIDES, id="R-1", text="Again.").status_code == 409


def test_an_event_of_somebody_else_is_no_ones_to_appeal_about(city: City) -> None:
    refuse(city)
    foreign = post(city, "/v1/me/appeals", "1", source=RIDES, id="R-1", text="Mine?")
    missing = post(city, "/v1/me/appeals", "1", source=RIDES, id="R-2", text="Mine?")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]
