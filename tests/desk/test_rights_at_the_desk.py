"""Whoever has no phone has every right at the desk: an officer does it for them, says why, and it is on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.desk.office import HEADERS, WHY, Office
from tests.earning.world import RIDES, ride


@pytest.fixture
def member(office: Office) -> str:
    """The number of a resident who has ridden once."""
    now = office.city.clock.now()
    office.city.world.send([ride(1, now - timedelta(hours=2), 5_000)], at=now)
    number: str = office.city.http.get("/v1/me/member", headers=office.city.resident(0)).json()["number"]
    return number.replace(" ", "").replace("-", "")


def _send(office: Office, method: str, member: str, what: str = "", **order: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
    path = f"/v1/desk/residents/{member}{what}"
    return office.city.http.request(method, path, json={**WHY, **order}, headers=office.city.by("support"))


def _mine(office: Office, what: str) -> Any:  # noqa: ANN401 - JSON
    return office.city.http.get(f"/v1/me{what}", headers=office.city.resident(0)).json()


def test_a_complaint_an_appeal_and_what_is_missing_are_the_residents_own(office: Office, member: str) -> None:
    made = [
        _send(office, "POST", member, "/complaints", text="The queue was long."),
        _send(office, "POST", member, "/appeals", source=RIDES, id="R-1", text="It was longer."),
        _send(office, "POST", member, "/missing", on="2026-11-20", source=RIDES, text="The way home."),
    ]
    assert [answer.status_code for answer in made] == [201, 201, 201], [answer.text for answer in made]
    for what, answer in zip(("/complaints", "/appeals", "/missing"), made, strict=True):
        assert [one["id"] for one in _mine(office, what)["items"]] == [answer.json()["id"]]
    told = [(act["act"], act["note"]) for act in _mine(office, "/desk")["items"]]
    assert told == [(act, WHY["note"]) for act in ("missing", "appeal", "complain")]


def test_details_consents_and_thanks_are_changed_as_the_person_says(office: Office, member: str) -> None:
    assert _send(office, "PATCH", member, correction={"name": "Ada B"}).json()["name"] == "Ada B"
    assert _send(office, "PUT", member, "/consents/news", given=True).json()["given"] is True
    assert _send(office, "PUT", member, "/thanks", declined=["travel"]).json()["declined"] == ["travel"]
    assert (_mine(office, "")["name"], _mine(office, "/thanks")["declined"]) == ("Ada B", ["travel"])
    trail = office.city.http.get("/v1/audit?act=person.consent_changed", headers=office.city.by("auditor")).json()
    (act,) = trail["items"]
    assert (act["actor"], act["facts"]) == (office.city.officers["support"], {"purpose": "news", "given": True})


def test_all_that_is_held_is_printed_and_that_stands_in_it(office: Office, member: str) -> None:
    printed = office.get(member, "export").json()
    assert printed["id"] == office.city.residents[0]
    acts = next(one["rows"] for one in printed["holdings"] if one["table"] == "audit_acts")
    assert "person.exported" in {act["act"] for act in acts}
    assert office.city.residents[1] not in str(printed)


def test_whoever_leaves_at_the_desk_is_told_first_what_they_lose(office: Office, member: str) -> None:
    path, headers = f"/v1/desk/residents/{member}", office.city.by("support") | HEADERS
    told = office.city.http.delete(path, headers=headers)
    assert (told.status_code, told.json()["code"]) == (409, "points-would-be-lost")
    assert [act["act"] for act in _mine(office, "/desk")["items"]] == ["leave"], "the look is kept"
    gone = office.city.http.delete(f"{path}?forfeit_points={told.json()['points']}", headers=headers)
    assert (gone.status_code, gone.json()["points"]) == (200, told.json()["points"])
    assert office.city.http.get("/v1/me", headers=office.city.resident(0)).status_code == 401
    notes = text("SELECT DISTINCT note FROM desk_acts")
    assert office.city.runtime.database.in_transaction(lambda s: s.execute(notes).scalars().all()) == [""]


def test_without_a_purpose_nothing_is_done_and_nothing_shown(office: Office, member: str) -> None:
    path, support = f"/v1/desk/residents/{member}", office.city.by("support")
    assert office.city.http.get(f"{path}/export", headers=support).status_code == 400
    assert office.city.http.delete(path, headers=support).status_code == 400
    for method, what, order in (
        ("POST", "/complaints", {"text": "x"}),
        ("PATCH", "", {"correction": {"name": "x"}}),
        ("PUT", "/consents/news", {"given": True}),
    ):
        refused = office.city.http.request(method, f"{path}{what}", json=order, headers=support)
        assert refused.json()["code"] == "body-invalid"
    assert _mine(office, "/desk")["items"] == []
