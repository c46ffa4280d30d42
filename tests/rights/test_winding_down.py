"""The end of the scheme: nobody earns any more, everybody has time to spend, and what is owed is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.rights.winding_down import close_when_over
from tests.api.city import City, bearer
from tests.api.conftest import NOW
from tests.api.undone import UndoneCity
from tests.earning.world import ride

NOTICE = {"notice": "The scheme ends in spring. Use your points until then.", "ends_on": "2027-03-31"}


@pytest.fixture
def city(undone_city: UndoneCity) -> City:
    return undone_city(NOW)


def admin(city: City) -> dict[str, str]:
    return bearer(city.token(city.officers["admin"], "officer"))


def close(city: City) -> bool:
    return city.runtime.database.in_transaction(lambda session: close_when_over(session, now=city.clock.at))


def test_earning_closes_at_once_and_redeeming_when_the_notice_is_over(city: City) -> None:
    assert city.http.get("/v1/wind-down").json() == {"wind_down": None}
    started = city.http.post("/v1/wind-down", json=NOTICE, headers=admin(city))
    assert (started.status_code, started.json()["wind_down"]["ends_on"]) == (201, "2027-03-31")
    assert city.http.get("/v1/wind-down").json()["wind_down"]["notice"] == NOTICE["notice"]
    [pause] = city.http.get("/v1/pauses").json()["items"]
    assert (pause["what"], pause["notice"]) == ("earning", NOTICE["notice"])
    city.clock.at = NOW + timedelta(hours=2)
    [result] = city.world.send([ride(1, NOW + timedelta(hours=1), 5000)], at=city.clock.at)
    assert (result.status, result.reasons) == ("recorded", ("earning_paused",))
    assert city.take("drink").status_code == 201
    assert close(city) is False
    city.clock.at = NOW + timedelta(days=130)
    assert (close(city), close(city)) == (True, False)
    refused = city.take("drink")
    assert (refused.status_code, refused.json()["code"]) == (409, "redeeming-paused")


def test_earning_stays_closed_whoever_asks_until_an_administrator_has_called_it_off(city: City) -> None:
    city.http.post("/v1/wind-down", json=NOTICE, headers=admin(city))
    [pause] = city.http.get("/v1/pauses").json()["items"]
    for who in ("approver", "admin"):
        refused = city.http.post(f"/v1/pauses/{pause['id']}/end", json={}, headers=city.by(who))
        assert (refused.status_code, refused.json()["code"]) == (409, "closed-by-wind-down")
    city.http.post("/v1/pauses", json={"what": "redeeming", "notice": "We count."}, headers=admin(city))
    counted = next(one for one in city.http.get("/v1/pauses").json()["items"] if one["what"] == "redeeming")
    assert city.http.post(f"/v1/pauses/{counted['id']}/end", json={}, headers=admin(city)).status_code == 200
    assert city.http.delete("/v1/wind-down", headers=city.by("approver")).json()["code"] == "role-needed"
    assert city.http.delete("/v1/wind-down", headers=admin(city)).status_code == 200
    assert city.http.post(f"/v1/pauses/{pause['id']}/end", json={}, headers=city.by("approver")).status_code == 200


def test_redeeming_stays_closed_once_the_notice_is_over(city: City) -> None:
    city.http.post("/v1/wind-down", json=NOTICE, headers=admin(city))
    city.clock.at = NOW + timedelta(days=130)
    close(city)
    for pause in city.http.get("/v1/pauses").json()["items"]:
        refused = city.http.post(f"/v1/pauses/{pause['id']}/end", json={}, headers=admin(city))
        assert refused.json()["code"] == "closed-by-wind-down", pause["what"]


def test_people_get_time_and_it_is_begun_once(city: City) -> None:
    short = city.http.post("/v1/wind-down", json=NOTICE | {"ends_on": "2027-01-01"}, headers=admin(city))
    assert (short.status_code, short.json()["code"]) == (422, "notice-too-short")
    assert city.http.get("/v1/pauses").json()["items"] == []
    assert city.http.delete("/v1/wind-down", headers=admin(city)).json()["code"] == "not-winding-down"
    city.http.post("/v1/wind-down", json=NOTICE, headers=admin(city))
    twice = city.http.post("/v1/wind-down", json=NOTICE, headers=admin(city))
    assert (twice.status_code, twice.json()["code"]) == (409, "winding-down-already")
    assert city.http.delete("/v1/wind-down", headers=admin(city)).json() == {"wind_down": None}
    assert city.http.get("/v1/wind-down").json() == {"wind_down": None}


def test_the_report_adds_up_to_the_books(city: City) -> None:
    city.take("drink")
    owed = city.http.get("/v1/wind-down/report", headers=city.by("auditor")).json()
    money = city.http.get("/v1/register/money").json()
    assert (owed["residents"], owed["vouchers"], owed["held_points"]) == (3, 1, 100)
    assert owed["wallet_points"] + owed["held_points"] == money["wallet_points"] == 1500


def test_a_statement_says_what_was_done_earned_and_used_in_a_year(city: City) -> None:
    city.world.send([ride(1, NOW - timedelta(hours=1), 5000)])
    code = city.take("drink").json()["code"]
    city.redeem(code)
    told = city.http.get("/v1/me/statements/2026", headers=city.resident(0)).json()
    assert [(one["type"], one["times"]) for one in told["done"]] == [("cycle.trip", 1)]
    balance = city.balance()
    assert told["earned_points"] - told["used_points"] == balance["available"] + balance["held"]
    assert (told["used_points"], told["vouchers_used"], told["value_pence"]) == (100, 1, 80)
    before = city.http.get("/v1/me/statements/2025", headers=city.resident(0)).json()
    assert (before["done"], before["earned_points"], before["vouchers_used"]) == ([], 0, 0)
