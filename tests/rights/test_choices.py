"""What is for residents to say: consents, thanks without points, and corrections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.residents.consents import has_consented
from app.residents.places.synthetic import load_synthetic_places
from app.residents.purposes import PURPOSES
from app.residents.thanks import KINDS
from rules.catalogue import EVENT_TYPES
from tests.api.city import City
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import HUB, event


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    return undone_city(NOW)


def say(city: City, purpose: str, *, given: bool, resident: int = 0) -> Any:  # noqa: ANN401 - JSON
    told = city.http.put(f"/v1/me/consents/{purpose}", json={"given": given}, headers=city.resident(resident))
    return told.json()


def volunteer(city: City, number: int, *, resident: int = 0, minutes: int = 120) -> tuple[str, int, tuple[str, ...]]:
    at = city.clock.at - timedelta(hours=30 - number)
    sent = event(HUB, f"V-{number}", "volunteer.session", at, card=resident, data={"minutes": minutes})
    [result] = city.world.send([sent], at=city.clock.at)
    return result.status, result.points, result.reasons


def test_nobody_has_consented_who_never_said_so(city: City) -> None:
    items = city.http.get("/v1/me/consents", headers=city.resident(0)).json()["items"]
    assert {one["purpose"]: one["given"] for one in items} == {
        key: False if purpose.basis == "consent" else None for key, purpose in PURPOSES.items()
    }
    assert all(one["history"] == [] for one in items)


def test_every_change_of_a_consent_is_kept_and_a_repeat_is_none(city: City) -> None:
    for minute, given in enumerate((True, True, False)):
        city.clock.at = NOW + timedelta(minutes=minute)
        say(city, "news", given=given)
    city.clock.at = NOW + timedelta(hours=1)
    told = say(city, "news", given=True)
    assert (told["given"], [one["given"] for one in told["history"]]) == (True, [True, False, True])
    others = city.http.get("/v1/me/consents", headers=city.resident(1)).json()["items"]
    assert all(one["history"] == [] for one in others)
    database, residents = city.runtime.database, city.world.residents
    consented = [
        database.in_transaction(lambda s, one=one: has_consented(s, resident_id=one, purpose="news"))  # type: ignore[misc]
        for one in residents
    ]
    assert consented == [True, False, False]


def test_what_does_not_rest_on_consent_is_not_offered_as_if_it_did(city: City) -> None:
    assert say(city, "scheme", given=False)["code"] == "purpose-needs-no-consent"
    assert say(city, "nonsense", given=True)["code"] == "purpose-unknown"
    public = city.http.get("/v1/register/purposes").json()["items"]
    assert [one["purpose"] for one in public] == list(PURPOSES)


def test_whoever_declines_points_keeps_the_thanks_and_others_go_on_earning(city: City) -> None:
    assert volunteer(city, 1)[:2][0] == "awarded"
    chosen = city.http.put("/v1/me/thanks", json={"declined": ["volunteering"]}, headers=city.resident(0)).json()
    assert chosen["declined"] == ["volunteering"]
    before = city.balance()
    assert volunteer(city, 2) == ("recorded", 0, ("declined",))
    assert volunteer(city, 3, minutes=1000) == ("recorded", 0, ("declined",))  # nobody has to look at it either
    assert city.balance() == before
    assert volunteer(city, 4, resident=1)[0] == "awarded"
    [thanked, *_] = city.http.get("/v1/me/activity", headers=city.resident(0)).json()["items"]
    assert thanked["sentences"] == ["You chose to be thanked for this without points. Thank you."]
    city.http.put("/v1/me/thanks", json={"declined": []}, headers=city.resident(0))
    assert city.http.get("/v1/me/thanks", headers=city.resident(0)).json()["declined"] == []
    city.clock.at = NOW + timedelta(days=40)
    assert volunteer(city, 5)[0] == "awarded"


def test_an_unknown_kind_of_thanks_is_refused_and_changes_nothing(city: City) -> None:
    refused = city.http.put("/v1/me/thanks", json={"declined": ["volunteering", "sleep"]}, headers=city.resident(0))
    assert (refused.status_code, refused.json()["code"]) == (422, "thanks-kind-unknown")
    assert city.http.get("/v1/me/thanks", headers=city.resident(0)).json()["declined"] == []


def test_every_event_that_can_earn_is_of_one_kind_of_thanks() -> None:
    kinds = [name for names in KINDS.values() for name in names]
    derived_within = {"transit.trip", "challenge.unlocked"}
    """Made from others inside the fold: whoever declines those never gets these."""
    assert sorted(kinds) == sorted(set(EVENT_TYPES) - derived_within)


def test_a_resident_corrects_what_is_wrong_and_keeps_the_rest(city: City) -> None:
    city.runtime.database.in_transaction(load_synthetic_places)
    places = city.http.patch("/v1/me", json={"name": " Ada Byron ", "pass_type": "senior"}, headers=city.resident(0))
    assert (places.json()["name"], places.json()["pass_type"], places.json()["ward"]) == (
        "Ada Byron",
        "senior",
        "Armley",
    )
    emptied = city.http.patch("/v1/me", json={"postcode": None, "pass_type": None}, headers=city.resident(0)).json()
    assert (emptied["name"], emptied["ward"], emptied["pass_type"]) == ("Ada Byron", None, None)
    assert emptied["deprivation_decile"] is None
    assert city.http.get("/v1/me", headers=city.resident(1)).json()["name"] == "Resident 1"
    wrong = city.http.patch("/v1/me", json={"postcode": "LEEDS"}, headers=city.resident(0))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "postcode-malformed")
    assert city.http.patch("/v1/me", json={"name": ""}, headers=city.resident(0)).status_code == 422


def test_a_postcode_becomes_its_ward_and_is_not_kept(city: City) -> None:
    city.runtime.database.in_transaction(load_synthetic_places)
    found = "SELECT min(p.postcode) FROM postcodes p JOIN wards w ON w.code = p.ward_code WHERE w.name <> 'Armley'"
    postcode = city.runtime.database.in_transaction(
        lambda session: session.connection().exec_driver_sql(found).scalar_one()
    )
    told = city.http.patch("/v1/me", json={"postcode": postcode}, headers=city.resident(0)).json()
    assert told["ward"] not in {None, "Armley"}
    assert postcode not in str(told)
