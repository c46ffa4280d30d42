"""Looks at people and the smaller changes stand in the trail, too: whose they were, by whom, and nothing they say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.audit import list_acts
from app.earning.importing.declaration import load_map
from app.earning.importing.doors import get_door, open_door
from app.earning.importing.files import receive_file
from app.earning.importing.vault import Vault
from tests.api.city import City
from tests.earning.world import TAPS, ride

MAP = load_map(Path(__file__).parents[2] / "app" / "earning" / "maps" / "metro-taps.toml")


def acts(city: City, act: str, **asked: str) -> list[dict[str, Any]]:
    query: dict[str, Any] = {"act": act, "limit": 200} | asked
    found: list[dict[str, Any]] = city.http.get("/v1/audit", headers=city.by("auditor"), params=query).json()["items"]
    return found


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v1/complaints", "complaints"),
        ("/v1/appeals", "appeals"),
        ("/v1/review", "flagged events"),
        ("/v1/adjustments", "adjustments"),
        ("/v1/card-overlaps", "card overlaps"),
        (f"/v1/events/{TAPS}/R-1", "an event"),
        (f"/v1/events/{TAPS}/R-1/explanation", "an event"),
    ],
)
def test_an_officers_look_stands_with_whom_it_was_at(city: City, path: str, what: str) -> None:
    now, mine = city.clock.now(), city.resident(0)
    for sent in (ride(1, now - timedelta(hours=2), 5_000), ride(2, now - timedelta(hours=1), 400_000)):
        assert city.send(sent | {"source": TAPS}).status_code == 200
    made = (
        ("/v1/me/complaints", mine, {"text": "Words of a complaint."}),
        ("/v1/me/appeals", mine, {"source": TAPS, "id": "R-1", "text": "Words of an appeal."}),
        ("/v1/me/cards", mine, {"subject": "card:1"}),
        (
            "/v1/adjustments",
            city.by("finance"),
            {"resident": city.residents[0], "campaign": "welcome", "points": 1, "reason": "Why."},
        ),
    )
    for place, headers, order in made:
        assert city.http.post(place, json=order, headers=headers).status_code == 201, place
    before = len(acts(city, "person.looked_at"))
    assert city.http.get(path, headers=city.by("auditor")).status_code == 200
    looks = acts(city, "person.looked_at")
    seen = looks[: len(looks) - before]
    assert {(act["subject"], act["facts"]["looked_at"]) for act in seen} >= {(f"resident:{city.residents[0]}", what)}
    assert {act["actor_kind"] for act in seen} == {"officer"}
    assert "Words" not in str(seen)
    city.http.get(f"/v1/events/{TAPS}/R-1", headers=mine)
    assert len(acts(city, "person.looked_at")) == len(looks), "one's own look is nobody else's business"


def test_a_claim_and_a_household_are_changes_of_a_person(city: City) -> None:
    mine = city.resident(0)
    assert city.http.post("/v1/me/cards", json={"subject": "card:new"}, headers=mine).status_code == 201
    assert city.http.put("/v1/me/household", json={"uprn": "12345"}, headers=mine).status_code == 200
    subject = f"resident:{city.residents[0]}"
    (claimed,) = acts(city, "person.card_claimed", subject=subject)
    assert claimed["facts"]["card"].startswith("crd_")
    changed = acts(city, "person.changed", subject=subject)
    assert [act["facts"]["what"] for act in changed] == ["household"]
    assert "12345" not in str(changed) + str(claimed)


def test_what_a_host_attests_agrees_to_and_takes_back_is_on_record(city: City) -> None:
    now, host = city.clock.now(), city.by("host")
    hours = {"starts_at": f"{now - timedelta(hours=11):%Y-%m-%dT%H:%M:%SZ}", "ends_at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    order = {"event_type": "volunteer.session", "title": "Digging", **hours}
    session = city.http.post("/v1/host/sessions", json=order, headers=host).json()["id"]
    member = city.http.get("/v1/me/member", headers=city.resident(0)).json()["qr_text"]
    path = f"/v1/host/sessions/{session}/attendance"
    city.http.post(path, json={"attended": [{"member": member}]}, headers=host)
    (there,) = city.http.get(path, headers=host).json()["items"]
    second = city.by("second_host")
    assert city.http.post(f"{path}/{there['id']}/approve", json={}, headers=second).status_code == 200
    withdrawn = city.http.post(f"{path}/{there['id']}/withdraw", json={"reason": "A slip."}, headers=host)
    assert withdrawn.status_code == 200, withdrawn.text
    told = [(act["actor"], act["facts"]) for act in acts(city, "attendance.attested", subject=f"session:{session}")]
    assert told == [
        (city.hosts["host"], {"withdrawn": there["id"]}),
        (city.hosts["second_host"], {"agreed": there["id"]}),
        (city.hosts["host"], {"lines": 1, "counted": 0}),
    ]


def test_doors_and_files_of_the_drop_folder_are_on_record(city: City) -> None:
    def receive(session: Session) -> list[tuple[str, str]]:
        open_door(session, name="metro", declared=MAP, schedule="daily", now=city.clock.now())
        receive_file(
            session,
            door=get_door(session, name="metro"),
            way="folder",
            name="a.csv",
            sha256=bytes(32),
            size_bytes=1,
            pieces=[b"x"],
            vault=Vault(city.runtime.secrets),
            now=city.clock.now(),
        )
        return [(act.act, act.actor_kind) for act in list_acts(session, limit=2).items]

    assert city.runtime.database.in_transaction(receive) == [("import.sent", "system"), ("door.opened", "system")]


def test_a_look_at_who_has_which_role_is_kept(city: City) -> None:
    before = len(acts(city, "role.looked_at"))
    for who in ("auditor", "admin"):
        assert city.http.get("/v1/officers", headers=city.by(who)).status_code == 200
    looks = acts(city, "role.looked_at")
    assert len(looks) == before + 2
    assert {act["subject"] for act in looks} == {"officers"}
